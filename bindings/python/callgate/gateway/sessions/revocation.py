"""Revocation: every way in which a session ends before its token does."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol
from weakref import WeakValueDictionary

from callgate import CallgateError, Gate, Session
from callgate.audit.denial_sampler import DenialSampler
from callgate.audit.events import Event
from callgate.audit.journal import effects_record
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.sessions import events
from callgate.gateway.sessions.attested_sessions import AttestedSession, AttestedSessions
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.peer import Peer

_LOG = logging.getLogger("callgate.gateway")
CHECK_SECONDS = 10.0
# How long a runtime that cannot be asked is given the benefit of the doubt, in seconds.
UNVERIFIED_SECONDS = 30.0


class Audit(Protocol):
    """What is asked of the audit log."""

    @property
    def sampler(self) -> DenialSampler:
        """Says which refusals of unknown callers are written in full."""

    async def record(
        self, event: Event, state: Sequence[Mapping[str, Any]] = (), *, ends: bool = False
    ) -> object:
        """Returns when the line and the journal's records are durable, else raises
        AuditUnavailable. ``ends``: what was ended is to stay so, also on a full disk."""

    def note(
        self,
        kind: str,
        fields: Mapping[str, Any],
        state: Sequence[Mapping[str, Any]] = (),
        *,
        ends: bool = False,
    ) -> Awaitable[object]:
        """``record``, for a line that is no event."""

    def post(self, event: Event) -> None:
        """Queues a line, and waits for nothing."""


class Over(NamedTuple):
    """A session that is to end, why, and the cause where it has a name."""

    session: AttestedSession
    reason: str
    cause: str | None = None


class Revocation:
    """Ends sessions at once, in the gate, and returns when that is durable.

    Where it cannot be made durable, AuditUnavailable says so; the session has ended all the same.
    Owned by the event loop.
    """

    def __init__(
        self,
        *,
        gate: Gate,
        executions: ExecutionRegistry,
        sessions: AttestedSessions,
        audit: Audit,
        on_review: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gate = gate
        self._executions = executions
        self._sessions = sessions
        self._audit = audit
        self._on_review = on_review
        self._monotonic = monotonic
        # Since when a runtime could not say whether the workload runs.
        self._unverified: dict[str, float] = {}
        self._unsaved: set[str] = set()
        # Workload -> the journal record of its removal, until that is durable.
        self._unsaved_removals: dict[str, Mapping[str, Any]] = {}
        self._removing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def is_saved(self, session_id: str) -> bool:
        """Of a session that has ended: whether that is durable."""
        return session_id not in self._unsaved

    async def end(
        self,
        session_id: str,
        reason: str,
        *,
        peer: Peer | None = None,
        trace_id: str | None = None,
    ) -> None:
        """Ends one session, again where that was not durable. ``peer`` and ``trace_id`` are of
        the request, where one asked."""
        ended = self._gate.end_session(session_id)
        event = self._ended(ended, reason, peer=peer, trace_id=trace_id)
        await self._save(ended, event, effects_records(ended))

    async def end_all_of(self, workload_id: str, reason: str) -> int:
        """Ends an execution's sessions, and says how many they were."""
        live = self._sessions.live_of(workload_id)
        await self._end_each([Over(session, reason) for session in live])
        return len(live)

    async def end_each(self, over: Sequence[Over]) -> None:
        """Ends these, with one group commit, also where the clock alone has ended them. Those that
        were ended otherwise are left as they are."""
        known = [(one, self._gate.session(one.session.id)) for one in over]
        await self._end_each([one for one, session in known if session and session.state == "open"])

    async def revoke_session(self, session_id: str, reason: str) -> str:
        """Revokes a session, and its execution until the operator registers that again.

        Returns the workload. Raises Refusal ``UNKNOWN_SESSION``.
        """
        try:
            revoked = self._gate.revoke_session(session_id)
        except CallgateError as error:
            raise Refusal("UNKNOWN_SESSION") from error
        await self._revoke(revoked.subject, reason, [revoked])
        return revoked.subject

    async def revoke_execution(self, workload_id: str, reason: str) -> None:
        """Ends an execution, with its sessions, until the operator registers it again."""
        await self._revoke(workload_id, reason, [])

    async def remove_execution(self, workload_id: str, reason: str) -> int:
        """Ends what the operator registered, and says how many sessions ended with it.

        Ends it again where that was not durable. Raises Refusal ``UNKNOWN_WORKLOAD``.
        """
        # A second request is answered only when the first removal is durable.
        async with self._removing.setdefault(workload_id, asyncio.Lock()):
            with suppress(Refusal):
                self._unsaved_removals[workload_id] = self._executions.remove(workload_id)
            record = self._unsaved_removals.get(workload_id)
            if record is None:
                raise Refusal("UNKNOWN_WORKLOAD")
            over = self._live_or_unsaved(workload_id)
            note = self._note_removal(workload_id, record)
            await self._end_each([Over(session, reason) for session in over], note)
            del self._unsaved_removals[workload_id]
        return len(over)

    async def review(self) -> None:
        """Ends the sessions of executions that run no more, or may no longer have the scope."""
        self._executions.drop_expired()
        self._sessions.drop_forgotten()
        self._on_review()
        over: list[Over] = []
        is_down = False
        for workload_id in self._sessions.workloads():
            if is_down and self._executions.asks_runtime(workload_id):
                over += self._doubted(workload_id)
                continue
            try:
                execution = await self._executions.find(workload_id)
            except Refusal:
                # One question that hangs is enough: the others would hang as well.
                is_down = True
                over += self._doubted(workload_id)
                continue
            self._unverified.pop(workload_id, None)
            over += self._over(workload_id, execution)
        known = set(self._sessions.workloads())
        self._unverified = {w: at for w, at in self._unverified.items() if w in known}
        await self._end_each(over)

    async def review_execution(self, execution: Execution) -> None:
        """The same for one execution, as it is now."""
        await self._end_each(list(self._over(execution.workload_id, execution)))

    async def watch(self, seconds: float = CHECK_SECONDS) -> None:
        """Reviews every ``seconds`` until it is cancelled."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.review()
            except CallgateError as error:
                _LOG.error("a review of executions failed", extra={"code_name": error.code_name})
            except Exception:
                # Whatever it was, the next review must come.
                _LOG.exception("a review of executions failed")

    async def _revoke(self, workload_id: str, reason: str, closed: list[Session]) -> None:
        # Nothing waits before all is closed: no attestation and no call goes through after this.
        state = [self._executions.revoke(workload_id, reason)]
        known = {session.id for session in closed}
        over = [one.id for one in self._live_or_unsaved(workload_id) if one.id not in known]
        closed += [self._gate.revoke_session(session_id) for session_id in over]
        state += [record for session in closed for record in effects_records(session)]
        if not closed:
            event = events.execution_revoked(workload_id, reason)
            await self._audit.record(event, state=state, ends=True)
        self._unsaved.update(session.id for session in closed)
        for session in closed:
            # All of it is durable with the first line.
            await self._save(session, self._ended(session, reason), state)
            state = []

    async def _note_removal(self, workload_id: str, record: Mapping[str, Any]) -> None:
        fields = {"workload": workload_id}
        await self._audit.note("execution_removed", fields, state=[record], ends=True)

    async def _end_each(self, over: Sequence[Over], *more: Awaitable[None]) -> None:
        """With ``more`` lines, which come after."""
        closed = [
            (self._gate.end_session(session.id), reason, cause) for session, reason, cause in over
        ]
        lines = [
            self._save(session, self._ended(session, reason, cause=cause), effects_records(session))
            for session, reason, cause in closed
        ]
        # One group commit for all of them.
        for outcome in await asyncio.gather(*lines, *more, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    def _ended(
        self,
        session: Session,
        reason: str,
        *,
        cause: str | None = None,
        peer: Peer | None = None,
        trace_id: str | None = None,
    ) -> Event:
        subject = self._sessions.subject_of(session.id)
        return events.ended(
            session, reason, subject=subject, cause=cause, peer=peer, trace_id=trace_id
        )

    async def _save(
        self, session: Session, event: Event, state: Sequence[Mapping[str, Any]]
    ) -> None:
        self._unsaved.add(session.id)
        await self._audit.record(event, state=state, ends=True)
        self._unsaved.discard(session.id)

    def _live_or_unsaved(self, workload_id: str) -> list[AttestedSession]:
        """An execution's sessions that are live, or whose end is not durable."""
        ended = [self._sessions.get(session_id) for session_id in self._unsaved]
        unsaved = [
            session
            for session in ended
            if session is not None
            and session.workload_id == workload_id
            and self._gate.session(session.id) is not None
        ]
        return [*self._sessions.live_of(workload_id), *unsaved]

    def _over(self, workload_id: str, execution: Execution | None) -> Iterable[Over]:
        for session in self._sessions.live_of(workload_id):
            if execution is None:
                yield Over(session, "the execution has ended")
            elif session.identity != execution.identity:
                yield Over(session, "the execution is another")
            elif not may_have(self._gate, execution, session.scope):
                yield Over(session, "the execution may no longer have the scope")

    def _doubted(self, workload_id: str) -> Iterable[Over]:
        since = self._unverified.setdefault(workload_id, self._monotonic())
        if self._monotonic() - since > UNVERIFIED_SECONDS:
            for session in self._sessions.live_of(workload_id):
                yield Over(session, "nobody could say whether the execution runs")


def may_have(gate: Gate, execution: Execution, scope: str) -> bool:
    """Whether the entry names the scope, and the policy has such a context."""
    return scope in execution.scopes and scope in gate.policy.context_names


def effects_records(session: Session) -> list[dict[str, Any]]:
    """The journal record of what a call of the gate changed, if it changed anything."""
    return [effects_record(session.effects)] if session.effects else []
