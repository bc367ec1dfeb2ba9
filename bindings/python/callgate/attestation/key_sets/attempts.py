"""Attempts: gets the keys of one issuer, with retries and a circuit breaker."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from typing import Final, final

from callgate.attestation.key_sets.breaker import CircuitBreaker
from callgate.attestation.key_sets.errors import (
    KeysUnavailable,
    PermanentFailure,
    RetryError,
    TransientFailure,
)
from callgate.attestation.key_sets.key_set import KeySet, read_key_set
from callgate.attestation.key_sets.retries import RetryConfig
from callgate.attestation.key_sets.sources import Source
from callgate.attestation.telemetry import events

_LOG: Final = logging.getLogger("callgate.attestation")


@final
class FetchCounts:
    """What a fetcher counts of its own work. Thread-safe."""

    NAMES: Final = (
        "cache_hits",
        "cache_misses",
        "fetch_success",
        "fetch_failure",
        "retries",
        "circuit_breaker_rejections",
    )

    def __init__(self) -> None:
        self._lock: Final = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """One more."""
        with self._lock:
            self._counts[name] += 1

    def as_dict(self) -> dict[str, int]:
        """All of them."""
        with self._lock:
            return {name: self._counts[name] for name in self.NAMES}


@final
class Attempts:
    """Used by one thread at a time."""

    def __init__(
        self,
        issuer: str,
        source: Source,
        breaker: CircuitBreaker,
        retries: RetryConfig,
        counts: FetchCounts,
        closing: threading.Event,
    ) -> None:
        self._issuer: Final = issuer
        self._source: Final = source
        self._breaker: Final = breaker
        self._retries: Final = retries
        self._counts: Final = counts
        self._closing: Final = closing

    def fetch(self) -> KeySet:
        """The keys of the issuer now. Blocks. Raises KeysUnavailable."""
        if not self._breaker.can_execute():
            self._counts.add("circuit_breaker_rejections")
            message = "too many fetches failed: the circuit breaker is open, and the next one waits"
            raise KeysUnavailable(message, self._issuer)
        started = time.perf_counter()
        with events.fetching_keys() as span:
            span.set_attribute("attestation.issuer", self._issuer)
            try:
                keys = self._try()
            except KeysUnavailable as error:
                self._report(started, succeeded=False)
                _LOG.warning("the keys of %s cannot be fetched: %s", self._issuer, error.message)
                raise
            self._report(started, succeeded=True)
        return keys

    def _try(self) -> KeySet:
        number = 0
        while True:
            try:
                keys = read_key_set(self._source.read(), self._issuer)
            except PermanentFailure as error:
                self._breaker.record_failure()
                raise KeysUnavailable(error.message, self._issuer) from error
            except TransientFailure as error:
                self._breaker.record_failure()
                self._wait(number, error)
            else:
                self._breaker.record_success()
                return keys
            number += 1

    def _wait(self, number: int, error: TransientFailure) -> None:
        """Until the retry of this number may be made. Raises RetryError where none may."""
        if number >= self._retries.max_retries or self._closing.wait(self._retries.delay(number)):
            raise RetryError(error, self._issuer)
        if not self._breaker.can_execute():
            raise RetryError(error, self._issuer)
        self._counts.add("retries")

    def _report(self, started: float, *, succeeded: bool) -> None:
        self._counts.add("fetch_success" if succeeded else "fetch_failure")
        seconds = time.perf_counter() - started
        events.fetch_finished(issuer=self._issuer, succeeded=succeeded, seconds=seconds)
