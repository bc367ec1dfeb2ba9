"""RefusalRecorder: what becomes of a refused call in the audit trail, so that none can fill it."""

from __future__ import annotations

import asyncio
from typing import Any, Final, final

from callgate import Decision
from callgate.audit.decision_event import DecisionEvent
from callgate.audit.events import Event
from callgate.audit.journal import effects_record
from callgate.audit.log import AuditLog
from callgate.gateway.wire.refusal import Refusal

# How long the ledger's changes of refusals that are only counted wait for each other, in seconds.
# One line in the trail then stands for all of them.
GATHERED: Final = 0.1


@final
class RefusalRecorder:
    """Writes refusals one by one up to the sampler's rate, then counts them. One loop owns it.

    Of a refusal that is counted no line of its own is written, but a replay entry that it left in
    the ledger is durable all the same before it is answered.
    """

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self._gathered: list[dict[str, Any]] = []
        self._writing: asyncio.Task[None] | None = None

    async def denied(self, decision: Decision, event: DecisionEvent) -> None:
        """Returns when it is recorded. Raises Refusal: 429 where it was only counted."""
        state = effects_record(decision.effects) if decision.effects else None
        await self.refused(decision.session_id, event, state)

    async def refused(
        self,
        session_id: str | None,
        event: Event | DecisionEvent,
        state: dict[str, Any] | None = None,
    ) -> None:
        """``session_id`` is that of a verified token; None: an unknown caller. As ``denied``."""
        if session_id is None:
            self.unverified(event)
            return
        if self._audit.sampler.refused(session_id):
            await self._audit.record(event, state=[] if state is None else [state])
            return
        if state is not None:
            await self._gather(state)
        message = "too many refused calls of this session"
        raise Refusal("LIMIT_EXCEEDED", message, dispatched=False, retry_after=1)

    def unverified(self, event: Event | DecisionEvent) -> None:
        """Counts a refusal of an unknown caller; one event a second for each code is written."""
        if self._audit.sampler.refused_unverified(event.code_name or "INTERNAL_ERROR"):
            self._audit.post(event)

    async def _gather(self, record: dict[str, Any]) -> None:
        self._gathered.append(record)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        # One caller that goes away does not take the others' records with it.
        await asyncio.shield(self._writing)

    async def _write(self) -> None:
        await asyncio.sleep(GATHERED)
        records, self._gathered, self._writing = self._gathered, [], None
        await self._audit.note("counted_refusals", {"replays": len(records)}, state=records)
