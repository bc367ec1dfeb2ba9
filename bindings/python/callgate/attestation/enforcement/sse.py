"""Server-sent events whose messages are changed on their way: no event is held longer than it takes
to arrive whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_END_OF_EVENT: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_END_OF_LINE: Final = re.compile(r"\r\n|\n|\r")
# A listing of tools is the longest message that is changed; the SDKs write each as one event.
MAX_EVENT_BYTES: Final = 16 * 1024 * 1024


class EventTooLong(Exception):
    """An event is over MAX_EVENT_BYTES."""


class EventRewriter:
    """Cuts a stream into events and gives the data of each to ``change``, which returns its own.

    Events whose data is unchanged pass byte for byte.
    """

    def __init__(self, change: Callable[[bytes], bytes]) -> None:
        self._change = change
        self._rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """What of the stream can go on. Raises EventTooLong."""
        text = self._rest + chunk
        done: list[bytes] = []
        start = 0
        for end in _END_OF_EVENT.finditer(text):
            done.append(self._rewritten(text[start : end.start()], end.group()))
            start = end.end()
        self._rest = text[start:]
        if len(self._rest) > MAX_EVENT_BYTES:
            raise EventTooLong
        return b"".join(done)

    def _rewritten(self, event: bytes, end: bytes) -> bytes:
        lines = _END_OF_LINE.split(event.decode("utf-8", "surrogateescape"))
        data = [_value(line) for line in lines if line == "data" or line.startswith("data:")]
        before = "\n".join(data).encode("utf-8", "surrogateescape")
        after = self._change(before) if data else before
        if after == before:
            return event + end
        others = [line for line in lines if line != "data" and not line.startswith("data:")]
        written = [*others, f"data: {after.decode()}"]
        return "\r\n".join(written).encode("utf-8", "surrogateescape") + b"\r\n\r\n"


def _value(line: str) -> str:
    return line.partition(":")[2].removeprefix(" ")
