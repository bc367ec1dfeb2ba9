"""The context managers for programs: a span, and the count where no call of ours makes it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from callgate.attestation.telemetry.metrics import get_metrics
from callgate.attestation.telemetry.spans import Span, opened


@contextlib.contextmanager
def trace_verification(issuer: str) -> Iterator[Span]:
    """A span ``attestation.verify`` around the block, which counts as active meanwhile.

    A verification in the block works in this span and counts itself.
    """
    metrics = get_metrics()
    metrics.verification_began()
    try:
        with opened("attestation.verify", {"attestation.issuer": issuer}) as one:
            yield one.span
    finally:
        metrics.verification_ended()


@contextlib.contextmanager
def trace_token_creation(issuer: str, audience: str) -> Iterator[Span]:
    """A span ``attestation.create_token`` around the block.

    A provider in the block counts its token itself; where there is none, a block that ends without
    an exception counts as one token.
    """
    attributes = {"attestation.issuer": issuer, "attestation.audience": audience}
    started = time.perf_counter()
    with opened("attestation.create_token", attributes) as one:
        yield one.span
    if not one.taken:
        get_metrics().record_token_creation(issuer, _milliseconds_since(started), audience)


@contextlib.contextmanager
def trace_jwks_fetch(issuer: str) -> Iterator[Span]:
    """A span ``attestation.jwks_fetch`` around the block.

    A fetcher in the block counts its fetch itself; where there is none, the block counts as one,
    and as a failed one if it ends with an exception.
    """
    started = time.perf_counter()
    success = False
    with opened("attestation.jwks_fetch", {"attestation.issuer": issuer}) as one:
        try:
            yield one.span
            success = True
        finally:
            if not one.taken:
                get_metrics().record_jwks_fetch(issuer, _milliseconds_since(started), success)


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
