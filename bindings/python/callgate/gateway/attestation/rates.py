"""AttestRates: how often one origin may attest, in bounded memory."""

from __future__ import annotations

import time
from collections.abc import Callable

from callgate.gateway.refusal import Refusal

# Origins that are told apart; beyond them, new ones share what one origin may do.
MAX_ORIGINS = 10_000


class AttestRates:
    """``count`` attestations in any ``seconds``, smoothly refilled (GCRA). Owned by the loop."""

    def __init__(
        self,
        count: int = 120,
        seconds: float = 60,
        *,
        max_origins: int = MAX_ORIGINS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if count < 1 or seconds <= 0 or max_origins < 1:
            raise ValueError("a rate is at least one in a time above zero")
        self._interval = seconds / count
        # The first `count` may come at once.
        self._tolerance = seconds - self._interval
        self._max_origins = max_origins
        self._monotonic = monotonic
        # Origin -> when its bucket is full again.
        self._full_at: dict[str, float] = {}
        self._cleared_at = -seconds

    def take(self, origin: str) -> None:
        """Counts one attempt. Raises Refusal ``LIMIT_EXCEEDED`` (429) with ``retry_after``."""
        now = self._monotonic()
        origin = self._known(origin, now)
        full_at = max(self._full_at.get(origin, now), now)
        wait = full_at - self._tolerance - now
        if wait > 0:
            message = "too many attestations from this address"
            raise Refusal("LIMIT_EXCEEDED", message, retry_after=wait, status=429)
        self._full_at[origin] = full_at + self._interval

    def __len__(self) -> int:
        return len(self._full_at)

    def _known(self, origin: str, now: float) -> str:
        if origin in self._full_at or len(self._full_at) < self._max_origins:
            return origin
        # Full buckets say nothing. Looked for once an interval: a flood comes from many origins.
        if now - self._cleared_at >= self._interval:
            self._cleared_at = now
            self._full_at = {known: at for known, at in self._full_at.items() if at > now}
        return origin if len(self._full_at) < self._max_origins else ""
