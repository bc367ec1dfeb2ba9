"""What a replay cache says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from callgate import CallgateError


class ReplayStoreUnavailable(CallgateError):
    """Whether a token was used before cannot be known now, so that it has to be refused."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "LEDGER_UNAVAILABLE")


class CacheState(str, Enum):
    """``HEALTHY``: Redis answers. ``DEGRADED``: it does not, and the fallback does. ``UNHEALTHY``:
    it does not, or was not asked yet, and everything is refused.
    """

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(slots=True)
class CacheMetrics:
    """Counts since the cache was made."""

    checks: int = 0
    hits: int = 0  # seen before
    misses: int = 0  # new
    replays_detected: int = 0  # as hits
    redis_errors: int = 0
    fallback_activations: int = 0
    reconnections: int = 0
