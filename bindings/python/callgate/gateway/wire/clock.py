"""Clock: the wall clock, as long as it keeps step with the time since boot."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from callgate._time import DEFAULT_WINDOW
from callgate.gateway.wire.refusal import Refusal

# How fast it may do so for good: twice what adjtime(3) and NTP daemons slew at.
_SLEW: Final = 0.001


class Clock:
    """Says what time it is, or that it is unknown.

    A jump of the wall clock against CLOCK_BOOTTIME by more than ``jump`` denies everything until it
    has been stable for two freshness windows: what was signed before the jump is stale by then.
    Small steps add up; only as much as a slewing daemon may do is forgiven. ``window`` and ``jump``
    are in seconds. One event loop owns it.
    """

    __slots__ = ("_boot", "_jump", "_offset", "_quiet", "_seen", "_steady_at", "_wall")

    def __init__(
        self,
        window: float = DEFAULT_WINDOW,
        *,
        jump: float = 5,
        wall: Callable[[], float] = time.time,
        boot: Callable[[], float] | None = None,
    ) -> None:
        self._wall = wall
        self._boot = since_boot if boot is None else boot
        self._jump = jump
        self._quiet = 2 * window
        self._seen = self._boot()
        self._offset = wall() - self._seen
        self._steady_at = -float("inf")

    def now(self) -> float:
        """Seconds since 1970. Raises Refusal: ``CLOCK_STEPPED``."""
        boot, wall = self._boot(), self._wall()
        drift = wall - boot - self._offset
        if abs(drift) > self._jump:
            self._offset += drift
            self._steady_at = boot + self._quiet
        else:
            slew = _SLEW * (boot - self._seen)
            self._offset += min(max(drift, -slew), slew)
        self._seen = boot
        if boot < self._steady_at:
            raise Refusal("CLOCK_STEPPED", dispatched=False, retry_after=self._steady_at - boot)
        return wall

    @property
    def stepped(self) -> bool:
        """Whether ``now`` would refuse."""
        try:
            self.now()
        except Refusal:
            return True
        return False


def since_boot() -> float:
    """Seconds since boot, with the time asleep where the system counts it."""
    # macOS has no CLOCK_BOOTTIME; there a long sleep denies for two windows.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
