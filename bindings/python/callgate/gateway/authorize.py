"""authorize: from the bytes of an envelope to a call that may be dispatched, in this order.

1. The clock can be trusted.
2. The engine plans and the ledger commits: signature, freshness, replay, policy, rates.
3. The event, and what the ledger changed, are durable; of a denial too.
4. The session is still open, for it may have been revoked while the disk was written.

The fifth step, the tool, is invoke.py's.
"""

from __future__ import annotations

import base64
from typing import Any, final

from callgate import Decision
from callgate.audit.events import event_of_decision
from callgate.gateway.refusal import Refusal
from callgate.gateway.services import Services


@final
class Denied(Exception):
    """A Decision that denies, on its way to the answer."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.code_name)
        self.decision = decision


async def authorize(
    services: Services, envelope: bytes, *, trace_id: str, peer: str | None
) -> tuple[Decision, Any]:
    """The Decision, which allows, and the receipt of its audit line. Raises Denied or Refusal."""
    now = services.clock.now()  # 1
    decision = await services.ledger.authorize(envelope, now)  # 2
    event = event_of_decision(decision, envelope, trace_id=trace_id, peer=peer)
    if not decision:
        await _record_denial(services, decision, event)
        raise Denied(decision)
    receipt = await services.audit.record(event, state=[_effects(decision)])  # 3
    if not services.ledger.alive(decision.session_id):  # 4
        services.audit.outcome(receipt, error="SESSION_INACTIVE")
        raise Refusal("SESSION_INACTIVE", dispatched=False, request_id=decision.request_id)
    return decision, receipt


async def _record_denial(services: Services, decision: Decision, event: Any) -> None:
    state = [_effects(decision)] if decision.effects else []
    await services.audit.record(event, state=state)


def _effects(decision: Decision) -> dict[str, Any]:
    return {"kind": "effects", "effects": base64.b64encode(decision.effects).decode()}
