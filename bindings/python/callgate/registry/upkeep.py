"""Upkeep: what goes on by itself: silent agents, old rows, times on the disk, other registries."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, final

from callgate.registry.eviction import Eviction
from callgate.registry.recorder import Recorder
from callgate.registry.rows.bounds import Bounds
from callgate.registry.rows.directory import Directory
from callgate.registry.rows.identity import Identity
from callgate.registry.rows.lease import RENEW_SECONDS
from callgate.registry.rows.record import Record
from callgate.registry.rows.registration import BadBody, Rejected
from callgate.registry.rows.row import Row
from callgate.registry.rows.store import Store
from callgate.registry.rows.writer import StoreUnavailable
from callgate.trust import Verdict
from callgate.trust.view import TrustView

_LOG: Final = logging.getLogger("callgate.registry")
# Seconds between two writes of when agents were last heard of.
FLUSH_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Times:
    """In seconds."""

    check_interval: float  # between two looks for silent agents
    timeout: float  # of silence, after which an agent is unhealthy
    retention: float  # of silence, after which its row is removed; 0: never
    sweep_interval: float  # between two looks for such rows


@final
class Upkeep:
    """Of one event loop. Each ``run_…`` goes on until it is cancelled.

    What the database refuses is tried again at the next turn. Other ``times`` and ``bounds`` may be
    set; they hold from the next turn on.
    """

    def __init__(
        self,
        *,
        directory: Directory,
        store: Store,
        trust: TrustView,
        eviction: Eviction,
        recorder: Recorder,
        times: Times,
        anonymous: bool,
        certified: bool,
        bounds: Bounds | None = None,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``anonymous`` and ``certified``: whether rows without and with an entity are served."""
        self._directory = directory
        self._store = store
        self._trust = trust
        self._eviction = eviction
        self._recorder = recorder
        self.times = times
        self.bounds = bounds or Bounds()
        self._served = {True: anonymous, False: certified}
        self._wall = wall
        self._monotonic = monotonic

    async def load(self) -> None:
        """Rows of the last run, judged by what is trusted now. All get one time-out of grace.

        Raises StoreUnavailable.
        """
        await self._take(await self._store.load(), grace=True)

    async def pull(self) -> None:
        """Takes what other registries wrote. Raises StoreUnavailable."""
        await self._take(await self._store.changes(), grace=False)

    async def run_health(self) -> None:
        """Marks agents unhealthy that no registry hears of."""
        while True:
            await asyncio.sleep(self.times.check_interval)
            await self._try(self.check_health)

    async def run_sweep(self) -> None:
        """Removes rows that are silent for longer than the retention."""
        while True:
            await asyncio.sleep(self.times.sweep_interval)
            if self.times.retention:
                await self._try(self.sweep)

    async def run_flush(self) -> None:
        """Writes when agents were last heard of."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self._try(self.flush)

    async def run_lease(self) -> None:
        """Says that this registry runs."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await self._try(self._store.renew)

    async def check_health(self) -> None:
        """Once."""
        timeout = self.times.timeout
        silent = self._directory.silent_since(self._monotonic() - timeout)
        if not silent:
            return
        now, monotonic = self._wall(), self._monotonic()
        heard = await self._store.set_silent({row.agent_id for row in silent}, now - timeout)
        for row in silent:
            if row.agent_id in heard:
                # By another registry.
                row.seen_at = max(row.seen_at, monotonic - max(0.0, now - heard[row.agent_id]))
        gone = [
            row for row in silent if row.status == "healthy" and row.seen_at < monotonic - timeout
        ]
        for row in gone:
            self._directory.set_status(row, "unhealthy")
        self._recorder.silent(gone)
        # Heard of here while it was marked there.
        marked = {row.agent_id for row in silent} - heard.keys() - {row.agent_id for row in gone}
        back = [row for row in silent if row.agent_id in marked and row.status == "healthy"]
        await self._store.set_status([(row.agent_id, "healthy", None) for row in back])

    async def sweep(self) -> None:
        """Once."""
        for agent_id in await self._store.remove(self._wall() - self.times.retention):
            row = self._directory.get(agent_id)
            if row is not None and row.status != "healthy":
                self._directory.remove(agent_id)

    async def flush(self) -> None:
        """Once."""
        ids, self._directory.seen = self._directory.seen, set()
        rows = [self._directory.get(agent_id) for agent_id in ids]
        seen = {row.agent_id: row.last_seen for row in rows if row is not None}
        try:
            await self._store.set_seen(seen)
        except StoreUnavailable:
            self._directory.seen |= seen.keys()
            raise

    async def _take(self, records: Sequence[Record], *, grace: bool) -> None:
        snapshot = self._trust.snapshot
        chains = {one.agent_id: one.identity.chain for one in records if one.identity is not None}
        verdicts: dict[str, Verdict] = {}
        if chains:
            judged = await self._eviction.verdicts(snapshot, list(chains.values()))
            verdicts = dict(zip(chains, judged, strict=True))
        now, monotonic = self._wall(), self._monotonic()
        for record in records:
            silence = 0.0 if grace else max(0.0, now - record.last_seen)
            self._put(record, verdicts.get(record.agent_id), seen_at=monotonic - silence)
        if self._trust.generation != snapshot.generation:
            await self._eviction.judge(list(verdicts))

    def _put(self, record: Record, verdict: Verdict | None, *, seen_at: float) -> None:
        if record.status == "removed":
            self._directory.remove(record.agent_id)
            return
        try:
            registration = self.bounds.parse(record.body)
        except (BadBody, Rejected):
            _LOG.error("a row cannot be read", extra={"agent_id": record.agent_id})
            return
        old = self._directory.get(record.agent_id)
        identity, status = record.identity, record.status
        if identity is not None and verdict is not None and verdict.trusted:
            identity = Identity.of(verdict, identity.chain)
        if status == "healthy" and not self._served[identity is None]:
            status = "unhealthy"
        untrusted = status != "evicted" and verdict is not None and not verdict.trusted
        row = Row(
            registration=registration,
            identity=identity,
            status="unhealthy" if untrusted else status,
            created_at=record.created_at,
            last_seen=record.last_seen,
            seen_at=seen_at if old is None else max(old.seen_at, seen_at),
            reason=record.reason,
            catalog=-1 if old is None else old.catalog,
            asked=record.asked,
            answered=record.asked if old is None else old.answered,
        )
        self._directory.put(row)
        if untrusted and verdict is not None:
            self._eviction.evict([(row, verdict.reason or "untrusted")])
        else:
            self._eviction.watch(row)

    async def _try(self, work: Callable[[], object]) -> bool:
        try:
            result = work()
            if asyncio.iscoroutine(result):
                await result
        except StoreUnavailable as error:
            _LOG.error("the database does not answer", extra={"error": str(error)})
            return False
        return True
