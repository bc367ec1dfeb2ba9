"""RetryConfig: how often an attempt is made again, and after which time."""

from __future__ import annotations

import random
from dataclasses import dataclass

from callgate import CallgateError


@dataclass(frozen=True)
class RetryConfig:
    """``max_retries`` more attempts after the first.

    Before each it waits ``base_delay`` seconds times ``exponential_base`` to the number of attempts
    made again, at most ``max_delay``; with ``jitter``, half to one and a half times as long.
    """

    max_retries: int = 3
    base_delay: float = 0.5
    max_delay: float = 10.0
    exponential_base: float = 2.0
    jitter: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.max_retries <= 10:
            message = "max_retries must be 0 to 10"
            raise CallgateError(message, "INVALID_ARGUMENT", "max_retries")
        for name in ("base_delay", "max_delay", "exponential_base"):
            if not 0 <= getattr(self, name) <= 3600:
                raise CallgateError(f"{name} must be 0 to 3600", "INVALID_ARGUMENT", name)

    def delay(self, attempt: int) -> float:
        """Seconds before the retry of this number, from 0."""
        # In this order: a power may be too large for a float.
        if self.exponential_base > 1 and attempt > 64:
            delay = self.max_delay
        else:
            delay = min(self.base_delay * self.exponential_base**attempt, self.max_delay)
        # Only to spread clients: nothing is kept secret by it.
        return delay * random.uniform(0.5, 1.5) if self.jitter else delay
