"""Bounds on what an upstream may send, each with its reason."""

from __future__ import annotations

from typing import Final

RAW_FACTOR: Final = 6
"""The longest escape of one byte, ``\\u0041``: a compact byte takes at most so many raw ones."""

RAW_MARGIN: Final = 64 * 1024
"""For white space and for the members other than the result."""

DEFAULT_MAX_RESULT: Final = 8 * 1024 * 1024
"""Compact bytes of one result where no context says less."""

MAX_LISTING: Final = 4 * 1024 * 1024
"""Compact bytes of one page of ``tools/list``, and of an answer to the handshake."""

MAX_UNSOLICITED: Final = 64 * 1024
"""Raw bytes of a message that answers nothing."""

MAX_SKIPPED: Final = 64 * 1024 * 1024
"""Raw bytes of one message in all, those that are only skipped included: past it, it has no end."""

MAX_IN_FLIGHT: Final = 256
"""Calls that wait for one upstream at a time."""

MAX_UNREAD: Final = 1024 * 1024
"""Bytes that a server has left unread on its standard input before calls to it are refused."""

UNSOLICITED_PER_SECOND: Final = 1000
"""Messages that answer nothing: past it a server's output is left unread for the second's rest."""

PROGRESS_PER_SECOND: Final = 10_000
"""Progress that callers asked for, likewise: what reading it may take of the event loop's time."""

PROGRESS_UNIT: Final = 1024
"""Raw bytes of progress that count as one more."""

MAX_STREAM_MESSAGES: Final = 10_000
"""Messages before the answer in one HTTP event stream, progress that was asked for left out."""

MAX_STREAM_LINES: Final = 100_000
"""Lines of one HTTP event stream, empty ones and comments among them: each costs time to read."""

PROGRESS_LINES: Final = 4
"""Lines that progress may take in an event stream, and not count: event, id, data, an empty one."""

MAX_ASIDE: Final = 64
"""What runs alongside the calls of one HTTP upstream: notifications, answers, ends of streams."""

MAX_ERROR_BODY: Final = 64 * 1024
"""Raw bytes that are read of an HTTP error's body, to find a JSON-RPC error in it."""


def raw_limit(limit: int) -> int:
    """Raw bytes of a message whose result may have ``limit`` compact bytes."""
    return RAW_FACTOR * limit + RAW_MARGIN


def progress_units(raw_bytes: int) -> int:
    """What one message of progress counts."""
    return 1 + raw_bytes // PROGRESS_UNIT
