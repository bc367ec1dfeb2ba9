"""authorize: from the bytes of an envelope to a call that may be dispatched, in this order.

1. The clock can be trusted.
2. The engine plans and the ledger commits: signature, freshness, replay, policy, rates.
3. The event, and what the ledger changed, are durable; of a denial too.

The tool is invoke.py's, which first asks whether the session is still open: it may have been
revoked while the disk was written.
"""

from __future__ import annotations

from typing import final

from callgate import CallgateError, Decision
from callgate.audit.decision_event import DecisionEvent, refusal_event
from callgate.audit.events import Event
from callgate.audit.journal import effects_text
from callgate.audit.log import Receipt
from callgate.gateway.calls.refusals import RefusalRecorder
from callgate.gateway.services import Services
from callgate.gateway.wire.refusal import Refusal
from callgate.gateway.wire.subject_fields import subject_texts


@final
class Denied(Exception):
    """A Decision that denies, on its way to the answer."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.code_name)
        self.decision = decision


async def authorize(
    services: Services,
    refusals: RefusalRecorder,
    envelope: bytes,
    *,
    trace_id: str,
    peer: str | None,
) -> tuple[Decision, Receipt]:
    """The Decision, which allows, and the receipt of its audit line. Raises Denied or Refusal."""
    try:
        now = services.clock.now()  # 1
    except Refusal as refusal:
        refusals.unverified(event_of_refusal(refusal, trace_id=trace_id, peer=peer))
        raise
    decision = await services.ledger.authorize(envelope, now)  # 2
    subject = services.subject_of(decision.session_id)
    event = DecisionEvent(decision, trace_id=trace_id, peer=peer, subject=subject_texts(subject))
    if not decision:
        await refusals.denied(decision, event)
        raise Denied(decision)
    receipt = await services.audit.record(event, state=[effects_text(decision.effects)])  # 3
    return decision, receipt


def event_of_refusal(refusal: CallgateError, *, trace_id: str, peer: str | None) -> Event:
    """The event of what was refused before anything of it was verified."""
    return Event(
        name=refusal_event(refusal.code_name),
        allowed=False,
        code_name=refusal.code_name,
        trace_id=trace_id,
        peer=peer,
    )
