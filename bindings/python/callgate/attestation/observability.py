"""Metrics, traces and events of attestation.

Verifiers, providers, key fetchers and replay caches report by themselves. ``get_metrics()`` has the
numbers of this process. Where prometheus-client is installed, its default registry shows them, and
``attestation_collector()`` puts them into another; spans go to the OpenTelemetry API, where that is
installed. None of it contains a token, or text of a token that was not verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callgate.attestation.telemetry.handlers import (
    AttestationEventHandler,
    emit_circuit_breaker_state_change,
    emit_replay_detected,
    emit_token_created,
    emit_verification_failure,
    emit_verification_success,
    register_event_handler,
    unregister_event_handler,
)
from callgate.attestation.telemetry.metrics import AttestationMetrics, get_metrics, reset_metrics
from callgate.attestation.telemetry.spans import NoOpSpan
from callgate.attestation.telemetry.traces import (
    trace_jwks_fetch,
    trace_token_creation,
    trace_verification,
)

if TYPE_CHECKING:
    from callgate.attestation.telemetry.collector import AttestationCollector

__all__ = [
    "AttestationEventHandler",
    "AttestationMetrics",
    "NoOpSpan",
    "attestation_collector",
    "emit_circuit_breaker_state_change",
    "emit_replay_detected",
    "emit_token_created",
    "emit_verification_failure",
    "emit_verification_success",
    "get_metrics",
    "register_event_handler",
    "reset_metrics",
    "trace_jwks_fetch",
    "trace_token_creation",
    "trace_verification",
    "unregister_event_handler",
]


def attestation_collector() -> AttestationCollector:
    """For ``register`` of a registry besides the default one.

    Raises ImportError without prometheus-client.
    """
    try:
        from callgate.attestation.telemetry.collector import AttestationCollector
    except ImportError as error:
        message = "attestation_collector needs prometheus-client: pip install prometheus-client"
        raise ImportError(message, name=error.name) from error
    return AttestationCollector()
