"""Rates: how often one caller may ask for something, in bounded memory."""

from __future__ import annotations

import time
from collections.abc import Callable

from callgate.gateway.wire.refusal import Refusal

# Callers that are told apart; beyond them, new ones share what one may do.
MAX_CALLERS = 10_000


class Rates:
    """``count`` requests in any ``seconds``, smoothly refilled (GCRA). Owned by the loop.

    ``message`` is what those above the rate are told; what a caller is, an address or a session, is
    its owner's affair.
    """

    def __init__(
        self,
        message: str,
        count: int,
        seconds: float = 60,
        *,
        max_callers: int = MAX_CALLERS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if count < 1 or seconds <= 0 or max_callers < 1:
            raise ValueError("a rate is at least one in a time above zero")
        self._message = message
        self._interval = seconds / count
        # The first `count` may come at once.
        self._tolerance = seconds - self._interval
        self._max_callers = max_callers
        self._monotonic = monotonic
        # Caller -> when its bucket is full again.
        self._full_at: dict[str, float] = {}
        self._cleared_at = -seconds

    def take(self, caller: str) -> None:
        """Counts one attempt. Raises Refusal ``LIMIT_EXCEEDED`` (429) with ``retry_after``."""
        now = self._monotonic()
        caller = self._known(caller, now)
        full_at = max(self._full_at.get(caller, now), now)
        wait = full_at - self._tolerance - now
        if wait > 0:
            raise Refusal("LIMIT_EXCEEDED", self._message, retry_after=wait)
        self._full_at[caller] = full_at + self._interval

    def __len__(self) -> int:
        return len(self._full_at)

    def _known(self, caller: str, now: float) -> str:
        if caller in self._full_at or len(self._full_at) < self._max_callers:
            return caller
        # Full buckets say nothing. Looked for once an interval: a flood comes from many callers.
        if now - self._cleared_at >= self._interval:
            self._cleared_at = now
            self._full_at = {known: at for known, at in self._full_at.items() if at > now}
        return caller if len(self._full_at) < self._max_callers else ""


def attestation_rates(
    count: int = 120, seconds: float = 60, *, monotonic: Callable[[], float] = time.monotonic
) -> Rates:
    """The rate of each peer address, for attestations and the ends that agents ask for."""
    message = "too many attestations and ends from this address"
    return Rates(message, count, seconds, monotonic=monotonic)


def listing_rates(
    count: int = 60,
    seconds: float = 60,
    *,
    max_sessions: int = MAX_CALLERS,
    monotonic: Callable[[], float] = time.monotonic,
) -> Rates:
    """The rate of each session, for listings that a bearer asks for."""
    message = "too many listings of this session"
    return Rates(message, count, seconds, max_callers=max_sessions, monotonic=monotonic)
