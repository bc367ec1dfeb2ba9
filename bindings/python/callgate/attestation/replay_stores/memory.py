"""InMemoryReplayCache: remembers in this process alone."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from typing import Final, final

from callgate import CallgateError
from callgate.attestation.replay_stores.claim_key import MARGIN_MS, claim_key
from callgate.attestation.replay_stores.state import ReplayStoreUnavailable


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@final
class InMemoryReplayCache:
    """Exact and bounded: nothing is forgotten before its time, and where it is full, tokens are
    refused. Threads and event loops may share it. It forgets everything when the process ends.
    """

    def __init__(
        self, max_entries: int = 1_000_000, *, clock_ms: Callable[[], int] = now_ms
    ) -> None:
        if max_entries < 1:
            message = "max_entries must be at least 1"
            raise CallgateError(message, "INVALID_ARGUMENT", "max_entries")
        self._most: Final = max_entries
        self._clock_ms: Final = clock_ms
        self._lock: Final = threading.Lock()
        self._latest = 0  # time does not run backwards, or an entry could end early
        self._until: dict[str, int] = {}
        self._ends: list[tuple[int, str]] = []

    async def check_and_add(self, jti: str, exp: float) -> bool:
        """Whether ``jti`` is new. It is remembered until 60 s after ``exp``, seconds since 1970.

        Raises ReplayStoreUnavailable where the cache is full.
        """
        return self.insert(claim_key(jti), int(exp * 1000))

    def insert(self, key: str, expires_at: int) -> bool:
        """Whether ``key`` is new. It is remembered until 60 s after ``expires_at``, milliseconds
        since 1970. Raises ReplayStoreUnavailable where the cache is full.
        """
        with self._lock:
            now = self._drop_expired()
            if key in self._until:
                return False
            if len(self._until) >= self._most:
                message = (
                    "the replay cache is full: raise max_entries, or shorten tokens' lifetimes"
                )
                raise ReplayStoreUnavailable(message)
            until = max(expires_at, now) + MARGIN_MS
            self._until[key] = until
            heapq.heappush(self._ends, (until, key))
            return True

    async def exists(self, jti: str) -> bool:
        """Whether it is remembered."""
        with self._lock:
            self._drop_expired()
            return claim_key(jti) in self._until

    async def count(self) -> int:
        """How many are remembered."""
        with self._lock:
            self._drop_expired()
            return len(self._until)

    async def clear(self) -> None:
        """Forgets everything, so that used tokens verify again: for tests."""
        with self._lock:
            self._until.clear()
            self._ends.clear()

    def _drop_expired(self) -> int:
        self._latest = now = max(self._latest, self._clock_ms())
        while self._ends and self._ends[0][0] <= now:
            del self._until[heapq.heappop(self._ends)[1]]
        return now
