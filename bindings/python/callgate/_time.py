"""Points in time and durations, as the core takes them: whole milliseconds or seconds."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta, timezone
from typing import Final

from callgate import _native
from callgate._errors import CallgateError

# How far from now, in seconds, an envelope may lie, where no other window is given: the engine's.
DEFAULT_WINDOW: Final[int] = _native.DEFAULT_WINDOW // 1000

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND = timedelta(milliseconds=1)
# Beyond it a float does not hold every integer; every range of the core ends far below.
_LARGEST = 2**53


def milliseconds(now: float | datetime | None) -> int:
    """Milliseconds since 1970 of seconds, of an aware datetime, or of the wall clock (None)."""
    if now is None:
        return time.time_ns() // 1_000_000
    if isinstance(now, datetime):
        if now.tzinfo is None or now.utcoffset() is None:
            raise TypeError("now must be an aware datetime: a naive one names no point in time")
        value = (now - _EPOCH) // _MILLISECOND
    else:
        value = _scaled(now, "now", 1000)
    if not _native.EARLIEST_TIME <= value <= _native.LATEST_TIME:
        message = "now must lie between the years 2001 and 2200"
        raise CallgateError(message, "INVALID_ARGUMENT", "now")
    return value


def duration_ms(seconds: float, name: str) -> int:
    """A duration in whole milliseconds."""
    return _scaled(seconds, name, 1000)


def wait_ms(seconds: float, name: str) -> int:
    """As ``duration_ms``, never less than was said; what is negative stays so."""
    _scaled(seconds, name, 1000)
    return math.floor(seconds * 1000) if seconds < 0 else math.ceil(seconds * 1000)


def whole_seconds(seconds: float, name: str) -> int:
    """A duration that must be a whole number of seconds."""
    value = _scaled(seconds, name, 1)
    if value != seconds:
        message = f"{name} must be a whole number of seconds"
        raise CallgateError(message, "INVALID_ARGUMENT", name)
    return value


def to_datetime(ms: int) -> datetime:
    """The aware datetime, in UTC, of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


def _scaled(value: float, name: str, factor: int) -> int:
    # bool is an int, and True is no time.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(value).__name__}")
    # In this order: an int may be too large for isfinite.
    if abs(value) > _LARGEST // factor or not math.isfinite(value):
        raise CallgateError(f"{name} is out of range", "INVALID_ARGUMENT", name)
    return round(value * factor)
