"""The metrics' names, types and help, of which both expositions are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from callgate.attestation.telemetry.durations import BOUNDS, DurationNumbers

Kind: TypeAlias = Literal["counter", "gauge", "summary", "histogram"]
Labels: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """All that was counted, at one time."""

    uptime: float  # seconds
    counters: Mapping[str, int]
    gauges: Mapping[str, int]
    durations: Mapping[str, DurationNumbers]
    by_issuer: Mapping[str, Mapping[str, int]]
    by_reason: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: what follows the family's name, labels, value."""

    suffix: str
    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. A counter's name is without ``_total``, which is the suffix of its sample."""

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]


# By the name of the counter: of the metric, and its help.
_COUNTERS: Final = {
    "verification_total": ("verification", "Attestation tokens that were judged."),
    "verification_success": ("verification_success", "Tokens that were verified."),
    "verification_failure": ("verification_failure", "Tokens that were refused."),
    "token_creation_total": ("token_creation", "Tokens that were issued."),
    "replay_detected": ("replay_detected", "Tokens and proofs that were seen before."),
    "cache_hits": ("cache_hits", "Keys that were found among those fetched before."),
    "cache_misses": ("cache_misses", "Keys that were not found among those fetched before."),
    "jwks_fetches": ("jwks_fetch", "Attempts to get an issuer's keys."),
    "jwks_fetch_errors": ("jwks_fetch_errors", "Attempts to get an issuer's keys that failed."),
    "circuit_breaker_opens": ("circuit_breaker_opens", "Circuit breakers that opened."),
}
_GAUGES: Final = {
    "active_verifications": "Verifications that are under way.",
    "cached_keys": "Keys of all issuers that are kept.",
}
_DURATIONS: Final = {
    "verification": "Time to judge a token",
    "token_creation": "Time to issue a token",
    "jwks_fetch": "Time to get an issuer's keys",
}
_OF_ISSUER: Final = {
    "verifications": ("issuer_verifications", "Tokens that were judged, by issuer."),
    "tokens_created": ("issuer_tokens_created", "Tokens that were issued, by issuer."),
    "replays": ("issuer_replays", "Tokens and proofs that were seen before, by issuer."),
}


def families_of(numbers: Numbers) -> Iterator[Family]:
    """All metrics, each once."""
    for counter, (name, help) in _COUNTERS.items():
        yield _counter(name, help, [({}, numbers.counters[counter])])
    for gauge, help in _GAUGES.items():
        yield _gauge(gauge, help, numbers.gauges[gauge])
    for name, help in _DURATIONS.items():
        yield from _durations(f"attestation_{name}_duration", help, numbers.durations[name])
    for what, (name, help) in _OF_ISSUER.items():
        counts = [({"issuer": one}, of[what]) for one, of in numbers.by_issuer.items()]
        yield _counter(name, help, counts)
    reasons = [({"reason": reason}, count) for reason, count in numbers.by_reason.items()]
    yield _counter("refusals", "Tokens that were refused, by reason.", reasons)


def _counter(name: str, help: str, counts: list[tuple[dict[str, str], int]]) -> Family:
    samples = tuple(Sample("_total", labels, count) for labels, count in counts)
    return Family(f"attestation_{name}", "counter", help, samples)


def _gauge(name: str, help: str, value: float) -> Family:
    return Family(f"attestation_{name}", "gauge", help, (Sample("", {}, value),))


def _durations(name: str, help: str, of: DurationNumbers) -> Iterator[Family]:
    """In milliseconds as a sum, a count and a mean, and in seconds as a histogram."""
    yield Family(
        f"{name}_ms",
        "summary",
        f"{help}, in milliseconds.",
        (Sample("_sum", {}, of.total * 1000), Sample("_count", {}, of.count)),
    )
    yield Family(
        f"{name}_ms_avg", "gauge", f"{help}: the mean, in ms.", (Sample("", {}, of.mean * 1000),)
    )
    buckets = [
        *(Sample("_bucket", {"le": str(b)}, n) for b, n in zip(BOUNDS, of.within, strict=True)),
        Sample("_bucket", {"le": "+Inf"}, of.count),
    ]
    ends = (Sample("_sum", {}, of.total), Sample("_count", {}, of.count))
    yield Family(f"{name}_seconds", "histogram", f"{help}, in seconds.", (*buckets, *ends))
