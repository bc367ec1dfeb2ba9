"""How long a security token may be valid: no longer than its execution, and than what vouched for
the caller."""

from __future__ import annotations

from callgate.gateway.executions.execution import Execution
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.subject import Subject


def longest_lifetime(execution: Execution, subject: Subject | None, now: float) -> float | None:
    """In seconds; None: as the issuer's tokens are.

    Raises Refusal where less than a second is left: ``UNKNOWN_WORKLOAD`` of the execution,
    ``WORKLOAD_VERIFICATION_FAILED`` of the certificate or the attestation token.
    """
    lifetimes: list[float] = []
    if execution.expires_at is not None:
        lifetimes.append(execution.expires_at - now)
        if lifetimes[0] < 1:
            raise Refusal("UNKNOWN_WORKLOAD")
    if subject is not None and subject.valid_until is not None:
        lifetimes.append(subject.valid_until - now)
        if lifetimes[-1] < 1:
            attested = subject.source == "attestation"
            details = {"cause": "attestation.expired" if attested else "trust.expired"}
            raise Refusal("WORKLOAD_VERIFICATION_FAILED", details=details)
    return min(lifetimes, default=None)
