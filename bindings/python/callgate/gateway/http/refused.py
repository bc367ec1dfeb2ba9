"""Who is told of what the bounds of HTTP refuse: the metrics, and of agents the audit trail."""

from __future__ import annotations

from typing import Final

from callgate.audit.events import Event
from callgate.gateway.services import Metrics, Services
from callgate.serving.bounds import Bound, OnRefused

# No operation was refused where the path names none. Scanners ask for such paths all day, and the
# trail's share for bounds is for what was refused of an operation.
_NOT_IN_THE_TRAIL: Final[frozenset[Bound]] = frozenset({"path"})


def agents_refused(services: Services) -> OnRefused:
    """Counts each; the trail counts it as well, and has one event a second of each bound."""
    metrics, audit = services.metrics, services.audit

    def refused(bound: Bound, code_name: str, peer: str, trace_id: str | None = None) -> None:
        metrics.refused("agents", bound)
        if bound in _NOT_IN_THE_TRAIL:
            return
        # A code is a cause of calls, too.
        if not audit.sampler.refused_unverified(f"http {bound}", share="bounds"):
            return
        event = Event(
            name="PolicyViolationBlocked",
            allowed=False,
            code_name=code_name,
            cause=bound,
            peer=peer,
            trace_id=trace_id,
        )
        audit.post(event)

    return refused


def operators_refused(metrics: Metrics) -> OnRefused:
    """Counts each. What operators did is in the trail, and nothing was done."""

    def refused(bound: Bound, code_name: str, peer: str, trace_id: str | None = None) -> None:
        metrics.refused("operators", bound)

    return refused
