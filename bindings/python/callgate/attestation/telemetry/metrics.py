"""AttestationMetrics: what verifiers, providers, fetchers and caches of this process have done."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, Final, final

from callgate.attestation.telemetry.durations import DurationNumbers, Durations
from callgate.attestation.telemetry.exposition import as_text
from callgate.attestation.telemetry.families import Numbers, families_of
from callgate.attestation.telemetry.labels import BoundedLabels

_COUNTERS: Final = (
    "verification_total",
    "verification_success",
    "verification_failure",
    "token_creation_total",
    "replay_detected",
    "cache_hits",
    "cache_misses",
    "jwks_fetches",
    "jwks_fetch_errors",
    "circuit_breaker_opens",
)
_OF_ISSUER: Final = ("verifications", "tokens_created", "replays")
_EVENT: Final = ("type", "timestamp", "issuer")
_VERIFICATION: Final = (
    *_EVENT,
    "verified",
    "duration_ms",
    "trust_level",
    "error_code",
    "reason",
)
_CREATION: Final = (*_EVENT, "audience", "duration_ms")
_REPLAY: Final = (*_EVENT, "jti")
_FETCH: Final = (*_EVENT, "duration_ms", "success", "from_cache")
_BREAKER: Final = _EVENT
_DURATIONS: Final = ("verification", "token_creation", "jwks_fetch")
_MOST_ISSUERS: Final = 100
_MOST_REASONS: Final = 32  # the table of reasons has fewer
_MOST_EVENTS: Final = 1000
# Enough to find a token in the issuer's log, too little to write it down as a whole.
_SHOWN_OF_JTI: Final = 8


@final
class AttestationMetrics:
    """Counts, durations and the latest events. Thread-safe, in constant memory.

    An issuer becomes a label value as long as there are at most 100 of them; ``other`` stands for
    further ones, ``untrusted`` for None. Milliseconds, as the parameters say, are kept as seconds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active = 0
        self._cached_keys = 0
        self._begin()

    def _begin(self) -> None:
        self._since = time.monotonic()
        self._counters = dict.fromkeys(_COUNTERS, 0)
        self._durations = {name: Durations() for name in _DURATIONS}
        self._issuers = BoundedLabels(_MOST_ISSUERS)
        self._by_issuer: dict[str, dict[str, int]] = {}
        self._reasons = BoundedLabels(_MOST_REASONS)
        self._by_reason: Counter[str] = Counter()
        # Names of fields and values apart: most events are never read, and a dict is for reading.
        self._events: deque[tuple[tuple[str, ...], tuple[Any, ...]]] = deque(maxlen=_MOST_EVENTS)

    def record_verification(
        self,
        issuer: str | None,
        verified: bool,
        duration_ms: float,
        trust_level: str | None = None,
        error_code: int | None = None,
        reason: str | None = None,
    ) -> None:
        """One token that was judged. ``issuer`` is None unless it is one that is configured."""
        with self._lock:
            self._durations["verification"].add(duration_ms / 1000)
            self._counters["verification_total"] += 1
            self._counters["verification_success" if verified else "verification_failure"] += 1
            if not verified and reason is not None:
                self._by_reason[self._reasons.of(reason)] += 1
            label = self._count_of(issuer, "verifications")
            told = (label, verified, duration_ms, trust_level, error_code, reason)
            self._events.append((_VERIFICATION, ("verification", time.time(), *told)))

    def record_token_creation(
        self, issuer: str, duration_ms: float, audience: str | None = None
    ) -> None:
        """One token that was issued."""
        with self._lock:
            self._durations["token_creation"].add(duration_ms / 1000)
            self._counters["token_creation_total"] += 1
            label = self._count_of(issuer, "tokens_created")
            told = (label, None if audience is None else audience[:256], duration_ms)
            self._events.append((_CREATION, ("token_creation", time.time(), *told)))

    def record_replay_detected(self, issuer: str | None, jti: str) -> None:
        """One token or proof that was seen before. Of ``jti`` the event shows 8 characters."""
        with self._lock:
            self._counters["replay_detected"] += 1
            shown = jti if len(jti) <= _SHOWN_OF_JTI else f"{jti[:_SHOWN_OF_JTI]}…"
            label = self._count_of(issuer, "replays")
            self._events.append((_REPLAY, ("replay_detected", time.time(), label, shown)))

    def record_cache_hit(self) -> None:
        """A key that was found among those fetched before."""
        self._count("cache_hits")

    def record_cache_miss(self) -> None:
        """A key that was not."""
        self._count("cache_misses")

    def record_jwks_fetch(
        self, issuer: str, duration_ms: float, success: bool, from_cache: bool = False
    ) -> None:
        """One attempt to get an issuer's keys, with all its retries."""
        with self._lock:
            self._durations["jwks_fetch"].add(duration_ms / 1000)
            self._counters["jwks_fetches"] += 1
            self._counters["jwks_fetch_errors"] += 0 if success else 1
            told = (self._issuers.of(issuer), duration_ms, success, from_cache)
            self._events.append((_FETCH, ("jwks_fetch", time.time(), *told)))

    def record_circuit_breaker_open(self, issuer: str) -> None:
        """A circuit breaker that opened."""
        with self._lock:
            self._counters["circuit_breaker_opens"] += 1
            told = ("circuit_breaker_open", time.time(), self._issuers.of(issuer))
            self._events.append((_BREAKER, told))

    def set_cached_keys_count(self, count: int) -> None:
        """How many keys of all issuers are kept."""
        with self._lock:
            self._cached_keys = count

    def verification_began(self) -> None:
        """One verification that is under way until ``verification_ended``."""
        with self._lock:
            self._active += 1

    def verification_ended(self) -> None:
        """It is over, however it ended."""
        with self._lock:
            self._active -= 1

    @property
    def verification_total(self) -> int:
        """Tokens that were judged."""
        return self._counters["verification_total"]

    @property
    def verification_success(self) -> int:
        """Those that were verified."""
        return self._counters["verification_success"]

    @property
    def verification_failure(self) -> int:
        """Those that were refused."""
        return self._counters["verification_failure"]

    @property
    def token_creation_total(self) -> int:
        """Tokens that were issued."""
        return self._counters["token_creation_total"]

    @property
    def replay_detected(self) -> int:
        """Tokens and proofs that were seen before."""
        return self._counters["replay_detected"]

    @property
    def active_verifications(self) -> int:
        """Verifications that are under way."""
        return self._active

    def get_events(self, limit: int | None = None, event_type: str | None = None) -> list[Any]:
        """The latest events, oldest first: dicts with ``type``, ``timestamp`` (seconds) and more.

        At most 1000 are kept. They hold no token, and no issuer that is not configured.
        """
        with self._lock:
            kept = list(self._events)
        told = (dict(zip(names, values, strict=True)) for names, values in kept)
        events = [event for event in told if event_type in (None, event["type"])]
        return events if limit is None else events[-limit:] if limit > 0 else []

    def to_dict(self) -> dict[str, Any]:
        """All numbers; durations in milliseconds."""
        numbers = self.numbers()
        return {
            "uptime_seconds": numbers.uptime,
            "counters": dict(numbers.counters),
            "gauges": dict(numbers.gauges),
            "histograms": {
                f"{name}_duration_ms": durations.in_milliseconds()
                for name, durations in numbers.durations.items()
            },
            "by_issuer": {issuer: dict(counts) for issuer, counts in numbers.by_issuer.items()},
            "by_reason": dict(numbers.by_reason),
        }

    def to_prometheus(self) -> str:
        """All numbers in Prometheus' text format 0.0.4."""
        return as_text(families_of(self.numbers()))

    def numbers(self) -> Numbers:
        """All numbers, as they were at one time."""
        with self._lock:
            durations: dict[str, DurationNumbers] = {
                name: durations.numbers() for name, durations in self._durations.items()
            }
            return Numbers(
                uptime=time.monotonic() - self._since,
                counters=dict(self._counters),
                gauges={"active_verifications": self._active, "cached_keys": self._cached_keys},
                durations=durations,
                by_issuer={name: dict(counts) for name, counts in self._by_issuer.items()},
                by_reason=dict(self._by_reason),
            )

    def reset(self) -> None:
        """Forgets everything but the two gauges: what is under way, and what is kept."""
        with self._lock:
            self._begin()

    def _count(self, counter: str) -> None:
        with self._lock:
            self._counters[counter] += 1

    def _count_of(self, issuer: str | None, what: str) -> str:
        label = self._issuers.of(issuer)
        counts = self._by_issuer.get(label)
        if counts is None:
            counts = self._by_issuer[label] = dict.fromkeys(_OF_ISSUER, 0)
        counts[what] += 1
        return label


@dataclass(slots=True)
class _Current:
    metrics: AttestationMetrics


_current: Final = _Current(AttestationMetrics())


def get_metrics() -> AttestationMetrics:
    """The numbers of this process."""
    return _current.metrics


def reset_metrics() -> None:
    """Puts new ones in their place, which begin at zero."""
    _current.metrics = AttestationMetrics()
