"""Eviction: every change of trust, and every end of a certificate, judges the rows again."""

from __future__ import annotations

import asyncio
import heapq
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, final

from callgate._threads import Threads
from callgate._waits import set_within
from callgate.registry.eviction_writes import EvictionWrites
from callgate.registry.recorder import Recorder
from callgate.registry.rows.directory import Directory
from callgate.registry.rows.identity import Identity
from callgate.registry.rows.row import Row
from callgate.serving.connections import CloseWhere
from callgate.serving.peer import Peer
from callgate.trust import TrustSnapshot, Verdict
from callgate.trust.view import TrustView

_LOG: Final = logging.getLogger("callgate.registry")
# Rows that are worked on at a time: between them, heartbeats are answered.
CHUNK: Final = 500
# Threads that judge: the engine needs no lock of Python's.
JUDGES: Final = max(1, min(4, os.cpu_count() or 1))
# How many ends of certificates without a row the heap may hold before it is rebuilt.
_SPARE_ENDS: Final = 1_000
# Seconds between two looks at the clocks, and how far they may drift apart meanwhile.
TICK: Final = 1.0
MAX_DRIFT: Final = 1.0


@final
class Eviction:
    """Takes rows out of resolution whose chain is not trusted any more. Of one event loop.

    Those that rest on an anchor that is gone, or on a key that is revoked, are judged first. Then,
    since a new anchor can make a chain ambiguous and a source can become unavailable, all others.
    """

    def __init__(
        self,
        *,
        directory: Directory,
        writes: EvictionWrites,
        trust: TrustView,
        recorder: Recorder,
        close_where: CloseWhere,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._writes = writes
        self._trust = trust
        self._recorder = recorder
        self._close_where = close_where
        self._wall = wall
        self._monotonic = monotonic
        self._offset = wall() - monotonic()
        self._known_revoked: set[str] = set()
        self._gone: set[str] = set()  # anchors whose connections are to be looked at
        self._revoked_first: set[str] = set()
        self._first: set[str] = set()
        self._all = False
        self._ends: list[tuple[float, str]] = []
        self._untold: list[tuple[Row, str]] = []
        self._wake = asyncio.Event()
        self._threads = Threads("registry-judge", JUDGES)

    def trust_changed(self, old: TrustSnapshot, new: TrustSnapshot) -> None:
        """To be subscribed to the trust store."""
        before = {(one.sha256, one.entity) for one in old.anchors}
        after = {(one.sha256, one.entity) for one in new.anchors}
        added, removed = after - before, before - after
        revoked = self._revoked()
        newly, self._known_revoked = revoked - self._known_revoked, revoked
        self._gone |= {
            one.sha256
            for one in old.anchors
            if (one.sha256, one.entity) in removed or one.spki_sha256 in newly
        }
        self._revoked_first |= self._directory.resting_on((), newly)
        self._first |= self._directory.resting_on((digest for digest, _ in removed), ())
        self._all = True
        if added or removed:
            self._recorder.trust_changed(
                new.generation, [one for one, _ in added], [one for one, _ in removed]
            )
        self._wake.set()
        self._writes.trust_changed()

    def watch(self, row: Row) -> None:
        """A row has a certificate: it is judged when that ends."""
        if row.identity is not None:
            heapq.heappush(self._ends, (row.identity.valid_until, row.agent_id))
            if len(self._ends) > 2 * len(self._directory) + _SPARE_ENDS:
                self._forget_old_ends()
            self._wake.set()

    @property
    def untold(self) -> int:
        """Evictions whose line in the audit trail is still to be written."""
        return len(self._untold)

    def close(self) -> None:
        """Ends its threads."""
        self._threads.close()

    async def run(self) -> None:
        """Judges and evicts, until it is cancelled. It never waits for the database."""
        while True:
            await self._wait()
            self._look_at_clocks()
            self._first |= self._ended()
            everything, self._all = self._all, False
            await self._judge_first()
            self._close_rowless()
            if everything:
                await self._judge_all()
            await self._tell()

    async def judge(self, agent_ids: Iterable[str]) -> None:
        """Judges these rows by what is trusted now, and evicts those that are not."""
        rows = (self._directory.get(agent_id) for agent_id in dict.fromkeys(agent_ids))
        judged = [
            (row, row.identity)
            for row in rows
            if row is not None and row.identity is not None and row.status != "evicted"
        ]
        chunks = iter([judged[start : start + CHUNK] for start in range(0, len(judged), CHUNK)])

        async def work() -> None:
            for chunk in chunks:
                await self._judge(chunk)

        await asyncio.gather(*(work() for _ in range(JUDGES)))

    async def _judge(self, judged: list[tuple[Row, Identity]]) -> None:
        snapshot = self._trust.snapshot
        chains = [identity.chain for _, identity in judged]
        verdicts = await self.verdicts(snapshot, chains, now=self._wall())
        self._apply(judged, verdicts)

    async def verdicts(
        self,
        snapshot: TrustSnapshot,
        chains: Sequence[tuple[bytes, ...]],
        *,
        now: float | None = None,
    ) -> list[Verdict]:
        """Of the chains, made in a thread that does nothing else."""
        return await self._threads.run(snapshot.verify_many, chains, now=now)

    async def _judge_all(self) -> None:
        ids = [row.agent_id for row in self._directory]
        for start in range(0, len(ids), JUDGES * CHUNK):
            await self._judge_first()  # of a change that came meanwhile
            await self.judge(ids[start : start + JUDGES * CHUNK])

    async def _judge_first(self) -> None:
        revoked, self._revoked_first = self._revoked_first, set()
        first, self._first = self._first, set()
        # A revoked key in the path denies, whatever else is trusted: nothing is to be judged.
        await self._evict_revoked(revoked)
        await self.judge(first)

    async def _evict_revoked(self, agent_ids: set[str]) -> None:
        ids = list(agent_ids)
        for start in range(0, len(ids), CHUNK):
            rows = [self._directory.get(agent_id) for agent_id in ids[start : start + CHUNK]]
            evicted = [(row, "revoked") for row in rows if row and row.status != "evicted"]
            if evicted:
                self.evict(evicted)
            await asyncio.sleep(0)

    def _apply(self, judged: list[tuple[Row, Identity]], verdicts: list[Verdict]) -> None:
        evicted: list[tuple[Row, str]] = []
        revoked = self._revoked()
        for (row, identity), verdict in zip(judged, verdicts, strict=True):
            # It may have registered again meanwhile: then its new chain is judged already.
            if row.identity is not identity or self._directory.get(row.agent_id) is not row:
                continue
            if not verdict.trusted:
                # Where the anchor is gone as well, the chain alone does not say so.
                was_revoked = not revoked.isdisjoint(identity.path_spki_sha256)
                evicted.append((row, "revoked" if was_revoked else verdict.reason or "untrusted"))
                continue
            again = Identity.of(verdict, identity.chain)
            if again != identity:
                self._directory.set_identity(row, again)
                self.watch(row)
        if evicted:
            self.evict(evicted)

    def evict(self, rows: Sequence[tuple[Row, str]]) -> None:
        """Out of resolution at once, connections closed; it is written afterwards."""
        for row, reason in rows:
            self._directory.set_status(row, "evicted", reason)
            self._writes.evicted(row.agent_id, reason)
        self._close(rows)
        self._untold += rows
        self._wake.set()

    def _close(self, rows: Sequence[tuple[Row, str]]) -> None:
        leaves = {row.identity.leaf_sha256 for row, _ in rows if row.identity is not None}

        def is_evicted(peer: Peer) -> bool:
            return peer.subject is not None and peer.subject.leaf_sha256 in leaves

        closed = self._close_where(is_evicted)
        for (entity, reason), agents in Counter((row.entity, why) for row, why in rows).items():
            said = {"entity": entity, "reason": reason, "agents": agents}
            _LOG.warning("agents evicted", extra=said)
        _LOG.info("connections of evicted agents closed", extra={"connections": closed})

    def _close_rowless(self) -> None:
        gone, self._gone = self._gone, set()
        if not gone:
            return

        def is_untrusted(peer: Peer) -> bool:
            of_gone = peer.subject is not None and peer.subject.anchor_sha256 in gone
            return of_gone and not self._trust.judge(peer.chain).trusted

        self._close_where(is_untrusted)

    async def _tell(self) -> None:
        while self._untold and not (self._revoked_first or self._first):
            told, self._untold = self._untold[:CHUNK], self._untold[CHUNK:]
            for row, reason in told:
                self._recorder.evicted(row, reason)
            await asyncio.sleep(0)

    def _revoked(self) -> set[str]:
        return {key for state in self._trust.states for key in state.revoked}

    async def _wait(self) -> None:
        delay = TICK
        if self._ends:
            delay = min(delay, max(0.0, self._ends[0][0] - self._wall()))
        await set_within(self._wake, delay)
        self._wake.clear()

    def _forget_old_ends(self) -> None:
        self._ends = [
            (row.identity.valid_until, row.agent_id)
            for row in self._directory
            if row.identity is not None
        ]
        heapq.heapify(self._ends)

    def _look_at_clocks(self) -> None:
        offset = self._wall() - self._monotonic()
        if abs(offset - self._offset) > MAX_DRIFT:
            _LOG.warning("the clock jumped", extra={"seconds": offset - self._offset})
            self._all = True
        self._offset = offset

    def _ended(self) -> set[str]:
        now = self._wall()
        ended = set()
        while self._ends and self._ends[0][0] <= now:
            _, agent_id = heapq.heappop(self._ends)
            row = self._directory.get(agent_id)
            if row is not None and row.identity is not None and row.identity.valid_until <= now:
                ended.add(agent_id)
        return ended
