"""What the parts of attestation report: one function for each thing that happens.

Each counts, tells the handlers and returns; none raises, so that no observer changes a verdict.
``issuer`` is always one that is configured, and None where a token named no such one: what a
stranger wrote into a token goes nowhere from here.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Final, ParamSpec, final

from callgate.attestation.telemetry import handlers
from callgate.attestation.telemetry.metrics import AttestationMetrics, get_metrics
from callgate.attestation.telemetry.spans import Span, Working

_LOG: Final = logging.getLogger("callgate.attestation")

try:
    from prometheus_client import REGISTRY

    from callgate.attestation.telemetry.collector import AttestationCollector
except ImportError:  # optional: programs then read to_prometheus()
    pass
else:
    try:
        REGISTRY.register(AttestationCollector())
    except ValueError:
        _LOG.warning(
            "the default registry of prometheus-client already has metrics of these names: read "
            "get_metrics().to_prometheus(), or register attestation_collector() in another registry"
        )
P = ParamSpec("P")


def _harmless(report: Callable[P, None]) -> Callable[P, None]:
    @functools.wraps(report)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            report(*args, **kwargs)
        except Exception as error:  # the text of it may hold what was reported
            _LOG.error("attestation could not report an event: %s", type(error).__name__)

    return guarded


@final
class Verifying:
    """Around one verification: it counts as active, in a span ``attestation.verify``."""

    __slots__ = ("_metrics", "_span")

    def __init__(self) -> None:
        self._span: Final = Working("attestation.verify")
        self._metrics: AttestationMetrics | None = None

    def __enter__(self) -> Span:
        span = self._span.__enter__()
        if not self._span.of_program:  # which counts its whole block
            self._metrics = get_metrics()
            self._metrics.verification_began()
        return span

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._metrics is not None:
            self._metrics.verification_ended()
        self._span.__exit__(kind, error, traceback)


def verifying() -> Verifying:
    """Around one verification."""
    return Verifying()


def creating_token() -> Working:
    """Around one issuance: a span ``attestation.create_token``."""
    return Working("attestation.create_token")


def fetching_keys() -> Working:
    """Around one fetch, with its retries: a span ``attestation.jwks_fetch``."""
    return Working("attestation.jwks_fetch")


@_harmless
def verified(
    *, issuer: str | None, seconds: float, trust_level: str, subject: Callable[[], str]
) -> None:
    """A token was verified, and its single use recorded. ``subject`` is asked for a handler."""
    get_metrics().record_verification(issuer, True, seconds * 1000, trust_level)
    if handlers.are_registered():
        handlers.emit_verification_success(issuer or "", subject(), trust_level)


@_harmless
def refused(
    *,
    issuer: str | None,
    seconds: float,
    reason: str,
    message: str = "",
    error_code: int | None = None,
) -> None:
    """A token was refused.

    ``reason`` and ``message`` are those of the engine, and constant; ``error_code`` is the one the
    caller is told.
    """
    get_metrics().record_verification(issuer, False, seconds * 1000, None, error_code, reason)
    error = f"{reason}: {message}" if message else reason
    handlers.emit_verification_failure(issuer, error, error_code)


@_harmless
def token_created(
    *, issuer: str, audience: str | list[str] | tuple[str, ...], lifetime: int, seconds: float
) -> None:
    """A token was issued that lives ``lifetime`` seconds; issuing it took ``seconds``."""
    audiences = audience if isinstance(audience, str) else " ".join(audience)
    get_metrics().record_token_creation(issuer, seconds * 1000, audiences)
    handlers.emit_token_created(issuer, audiences, lifetime)


@_harmless
def replay_detected(*, issuer: str | None, jti: str) -> None:
    """A token, or a proof, that passed every other check was seen before."""
    get_metrics().record_replay_detected(issuer, jti)
    handlers.emit_replay_detected(issuer, jti)


@_harmless
def fetch_finished(*, issuer: str, succeeded: bool, seconds: float) -> None:
    """An issuer's keys were fetched, or could not be, with all retries."""
    get_metrics().record_jwks_fetch(issuer, seconds * 1000, succeeded)


@_harmless
def breaker_changed(*, issuer: str, before: str, after: str) -> None:
    """A circuit breaker went from one of closed, open and half_open to another."""
    if after == "open":
        get_metrics().record_circuit_breaker_open(issuer)
    handlers.emit_circuit_breaker_state_change(issuer, before, after)


@_harmless
def key_looked_up(*, found: bool) -> None:
    """A key was asked for, and found among those fetched before or not."""
    metrics = get_metrics()
    if found:
        metrics.record_cache_hit()
    else:
        metrics.record_cache_miss()


@_harmless
def keys_kept(count: int) -> None:
    """So many keys of all issuers are kept now."""
    get_metrics().set_cached_keys_count(count)
