"""Backoff: how long an agent waits before it asks again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import final


@final
@dataclass(slots=True)
class Backoff:
    """Doubles from ``first`` to ``longest`` seconds. Each wait is a random part of its upper half,
    so that many agents that failed at one time do not all try again at one time.
    """

    first: float
    longest: float
    _next: float = 0

    def wait(self, at_least: float = 0) -> float:
        """Seconds to wait now; ``at_least`` is what the server asked for, at most ``longest``."""
        step = self._next or self.first
        self._next = min(step * 2, self.longest)
        return max(step * random.uniform(0.5, 1), min(at_least, self.longest))

    def reset(self) -> None:
        """After a success."""
        self._next = 0
