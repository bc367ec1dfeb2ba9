"""What a gateway needs to decide and forward a call, and what of its state is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from callgate.gateway.http.routes.health import Check
from callgate.gateway.issuer.issuer import Issuer
from callgate.gateway.metrics import Metrics
from callgate.gateway.services import Services
from callgate.gateway.wire.refusal import Refusal
from callgate.trust.view import TrustView

_PROBE = b"callgate: is the signer there?"


def checks_of(
    services: Services, draining: asyncio.Event, trust: TrustView | None = None
) -> dict[str, Check]:
    """One for each part, by name; each answers at once or is bounded by its caller."""
    checks: dict[str, Check] = {
        "serving": _sync(lambda: not draining.is_set()),
        "clock": _sync(lambda: not services.clock.stepped),
        "audit": _sync(lambda: services.audit.failure is None),
        "ledger": _sync(lambda: services.gate.session("") is None),
        "signer": lambda: _signs(services.issuer),
    }
    for name in services.upstreams.states():
        checks[f"upstream {name}"] = _sync(partial(_is_ready, services, name))
    if trust is not None:
        # One that is left is enough: what it trusts stands.
        checks["trust"] = _sync(lambda: _unavailable(trust) < len(trust.states))
    return checks


def measure_state(metrics: Metrics, services: Services, trust: TrustView | None = None) -> None:
    """Gauges that are asked for when the metrics are read."""
    attestation, executions = services.attestation, services.executions
    metrics.gauge("sessions", "Sessions that are open.", lambda: len(attestation.sessions))
    metrics.gauge(
        "executions",
        "Executions that the file and the operator list.",
        lambda: len(executions.listed()),
    )
    metrics.gauge(
        "audit_available",
        "1 while audit records can be written.",
        lambda: services.audit.failure is None,
    )
    metrics.gauge(
        "upstreams_ready",
        "Tool servers that are ready.",
        lambda: sum(state == "ready" for state in services.upstreams.states().values()),
    )
    if trust is not None:
        metrics.gauge(
            "trust_backends_unavailable",
            "Trust backends that cannot be used; the log says why.",
            lambda: _unavailable(trust),
        )
    metrics.gauge("audit_lines", "Audit lines since the start.", lambda: services.audit.lines)
    metrics.gauge("audit_syncs", "Group commits since the start.", lambda: services.audit.batches)


def _is_ready(services: Services, name: str) -> bool:
    return services.upstreams.states()[name] == "ready"


def _unavailable(trust: TrustView) -> int:
    return sum(one.status == "unavailable" for one in trust.states)


async def _signs(issuer: Issuer) -> bool:
    try:
        await issuer.signer.sign(_PROBE)
    except Refusal:
        return False
    return True


def _sync(holds: Callable[[], bool]) -> Check:
    async def check() -> bool:
        return holds()

    return check
