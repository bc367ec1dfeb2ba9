"""TrustWatch: sessions live only while the certificate that they were opened with is trusted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias, final

from callgate import CallgateError
from callgate._waits import set_within
from callgate.gateway.sessions.attested_sessions import AttestedSession, AttestedSessions
from callgate.gateway.sessions.revocation import Audit, Over, Revocation
from callgate.serving.connections import Connections
from callgate.serving.subject import Subject
from callgate.trust import TrustSnapshot, Verdict
from callgate.trust.view import TrustView

_LOG: Final = logging.getLogger("callgate.gateway")
# Chains that one thread judges at a time.
CHUNK: Final = 500
# Seconds between two looks at the clocks, and how far they may drift apart meanwhile.
TICK: Final = 0.5
MAX_DRIFT: Final = 1.0
Chain: TypeAlias = "tuple[bytes, ...]"


@final
class TrustWatch:
    """Judges the chains of sessions and connections again, of one event loop.

    After each change of what is trusted, after a jump of the clock, and at the start, since a
    gateway that was down did not see a revocation. Where the sources cannot say, the session ends
    as where they deny: how long their last word counts is theirs to decide.
    """

    def __init__(
        self,
        *,
        trust: TrustView,
        sessions: AttestedSessions,
        revocation: Revocation,
        audit: Audit,
        connections: Connections,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trust = trust
        self._sessions = sessions
        self._revocation = revocation
        self._audit = audit
        self._connections = connections
        self._wall = wall
        self._monotonic = monotonic
        self._offset = wall() - monotonic()
        self._changes: list[tuple[TrustSnapshot, TrustSnapshot]] = []
        self._wake = asyncio.Event()

    def trust_changed(self, old: TrustSnapshot, new: TrustSnapshot) -> None:
        """To be subscribed to the trust store."""
        self._changes.append((old, new))
        self._wake.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._wait()
            changes, self._changes = self._changes, []
            try:
                if changes or self._clock_jumped():
                    await self.review()
                await self._end(self._expired())
                for old, new in changes:
                    await self._note(old, new)
            except CallgateError as error:
                # What had to end has ended; it is not durable yet, and the trail says so.
                _LOG.error("a review of trust failed", extra={"code_name": error.code_name})
                self._changes += changes
            except Exception:
                # Whatever it was, the next review must come.
                _LOG.exception("a review of trust failed")
                self._changes += changes

    async def review(self) -> None:
        """Ends every session, and closes every connection, whose chain is not trusted now."""
        snapshot = self._trust.snapshot
        anchors = {one.sha256 for one in snapshot.anchors}
        held = [one for one in self._sessions if one.chain]
        # Those whose anchor is gone are known to end: they come first.
        held.sort(key=lambda one: one.subject is None or one.subject.anchor_sha256 in anchors)
        sessions: dict[Chain, list[AttestedSession]] = defaultdict(list)
        for one in held:
            sessions[one.chain].append(one)
        chains = [*sessions, *(self._connections.chains() - sessions.keys())]
        for start in range(0, len(chains), CHUNK):
            some = chains[start : start + CHUNK]
            verdicts = await asyncio.to_thread(self._judge, snapshot, some)
            self._close({chain for chain, verdict in verdicts.items() if not verdict.trusted})
            await self._end(self._untrusted(sessions, verdicts))

    def _judge(self, snapshot: TrustSnapshot, chains: Sequence[Chain]) -> dict[Chain, Verdict]:
        verdicts = snapshot.verify_many(chains, now=self._wall())
        return dict(zip(chains, verdicts, strict=True))

    def _close(self, untrusted: set[Chain]) -> None:
        # Streams under way as well: their peer is not to have the rest either.
        self._connections.close_where(
            lambda peer: peer.subject is not None and peer.chain in untrusted
        )

    def _untrusted(
        self, sessions: Mapping[Chain, Sequence[AttestedSession]], verdicts: Mapping[Chain, Verdict]
    ) -> list[Over]:
        revoked = {key for state in self._trust.states for key in state.revoked}
        judged = [(one, v) for chain, v in verdicts.items() for one in sessions.get(chain, ())]
        over = []
        for session, verdict in judged:
            if not verdict.trusted:
                # Where the anchor is gone as well, the chain alone does not say so.
                was_revoked = not revoked.isdisjoint(session.path_spki_sha256)
                reason = "revoked" if was_revoked else verdict.reason or "untrusted"
                text = "its certificate is not trusted any more"
                over.append(Over(session, text, f"trust.{reason}"))
            elif session.subject is None or not Subject.same(
                session.subject.judged_again(verdict), session.subject
            ):
                over.append(Over(session, "its certificate is another's now", "trust.untrusted"))
        return over

    async def _end(self, over: Sequence[Over]) -> None:
        if over:
            await self._revocation.end_each(over)
            _LOG.warning("sessions ended: not trusted any more", extra={"sessions": len(over)})

    def _expired(self) -> list[Over]:
        now = self._wall()
        return [
            _expired(one, now)
            for one in self._sessions
            if one.chain
            and one.subject is not None
            and one.subject.valid_until is not None
            and one.subject.valid_until <= now
            and self._sessions.is_open(one)
        ]

    def _clock_jumped(self) -> bool:
        offset = self._wall() - self._monotonic()
        jumped, self._offset = abs(offset - self._offset) > MAX_DRIFT, offset
        return jumped

    async def _note(self, old: TrustSnapshot, new: TrustSnapshot) -> None:
        before = {(one.sha256, one.entity) for one in old.anchors}
        after = {(one.sha256, one.entity) for one in new.anchors}
        if before == after:
            return
        fields = {
            "what": "anchors",
            "generation": new.generation,
            "added": sorted(digest for digest, _ in after - before),
            "removed": sorted(digest for digest, _ in before - after),
        }
        await self._audit.note("trust", fields)

    async def _wait(self) -> None:
        await set_within(self._wake, TICK)
        self._wake.clear()


def ends_without_trust(sessions: Iterable[AttestedSession]) -> list[Over]:
    """Those that a certificate opened, where the gateway is not configured to judge any."""
    reason = "nothing judges its certificate: listen.trust is not configured"
    return [Over(one, reason, "trust.unavailable") for one in sessions if one.chain]


def _expired(session: AttestedSession, now: float) -> Over:
    if session.agent is not None and session.agent.expires_at <= now:
        return Over(session, "its attestation has expired", "attestation.expired")
    return Over(session, "its certificate has expired", "trust.expired")
