"""How long something takes: count, sum, buckets, and percentiles of the latest."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, final

# From a refusal without cryptography (microseconds) to a fetch that runs into its deadline.
BOUNDS: Final = (
    *(0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025),
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_KEPT: Final = 1000


@dataclass(frozen=True, slots=True)
class DurationNumbers:
    """Of one series, in seconds; ``within`` counts what took at most each of ``BOUNDS``."""

    count: int
    total: float
    least: float
    most: float
    within: tuple[int, ...]
    latest: tuple[float, ...]

    def in_milliseconds(self) -> dict[str, float]:
        """Count, sum, least, most and mean of all; percentiles of the latest 1000."""
        latest = sorted(self.latest)
        of_latest = {
            f"p{percent}": latest[min(len(latest) * percent // 100, len(latest) - 1)] * 1000
            for percent in (50, 95, 99)
            if latest
        }
        return {
            "count": self.count,
            "sum": self.total * 1000,
            "min": self.least * 1000,
            "max": self.most * 1000,
            "avg": self.mean * 1000,
            **(of_latest or {"p50": 0.0, "p95": 0.0, "p99": 0.0}),
        }

    @property
    def mean(self) -> float:
        """0 of nothing."""
        return self.total / self.count if self.count else 0.0


@final
class Durations:
    """Collects seconds in constant memory. Not thread-safe: its owner holds a lock."""

    def __init__(self) -> None:
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._total = 0.0
        self._least = math.inf
        self._most = 0.0
        self._latest: deque[float] = deque(maxlen=_KEPT)

    def add(self, seconds: float) -> None:
        """One more. Raises ValueError for what is no duration."""
        if not 0 <= seconds < math.inf:
            raise ValueError("a duration must be a finite number that is not negative")
        self._buckets[bisect_left(BOUNDS, seconds)] += 1
        self._total += seconds
        if seconds < self._least:
            self._least = seconds
        if seconds > self._most:
            self._most = seconds
        self._latest.append(seconds)

    def numbers(self) -> DurationNumbers:
        """As of now."""
        *within, count = accumulate(self._buckets)
        least = self._least if count else 0.0
        return DurationNumbers(
            count, self._total, least, self._most, tuple(within), tuple(self._latest)
        )
