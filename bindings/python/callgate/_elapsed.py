"""A clock for ages: it never goes back, and goes on while the machine sleeps."""

from __future__ import annotations

import time


def elapsed() -> float:
    """Seconds since some point in time; where the system cannot tell, sleep does not count."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
