"""SecondBudget: how much of something a server may send in a second."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import final


@final
class SecondBudget:
    """``per_second`` units, in seconds that begin with the first unit. Owned by the event loop."""

    def __init__(self, per_second: int, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._clock = clock
        self._second = -math.inf
        self._left = 0

    def spend(self, units: int = 1) -> float | None:
        """Where that was the last of it, the time of the clock at which the second is over."""
        now = self._clock()
        if now - self._second >= 1.0:
            self._second, self._left = now, self._per_second
        self._left -= units
        return None if self._left > 0 else self._second + 1.0
