"""A server's standard error as lines of the gateway's log, bounded in length and number."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from callgate.gateway.upstreams.messages.counters import Counters

_MAX_LINE: Final = 1024
_LINES_PER_SECOND: Final = 20


class ServerLog:
    """Takes chunks, writes whole lines; what exceeds the bounds is counted and dropped."""

    def __init__(self, log: logging.Logger, name: str, counters: Counters) -> None:
        self._log = log
        self._name = name
        self._counters = counters
        self._line = bytearray()
        self._left = _LINES_PER_SECOND
        self._second = 0.0

    def feed(self, data: bytes) -> None:
        # No more lines than could be logged are cut: a flood must cost little to drop.
        first, *others = data.split(b"\n", _LINES_PER_SECOND)
        self._add(first)
        for part in others:
            self.end()
            dropped = part.count(b"\n")
            self._counters.dropped_log_lines += dropped
            self._add(part.rpartition(b"\n")[2] if dropped else part)

    def _add(self, part: bytes) -> None:
        self._line += part[: _MAX_LINE - len(self._line)]

    def end(self) -> None:
        """The line is over."""
        line, self._line = self._line, bytearray()
        if not line:
            return
        now = asyncio.get_running_loop().time()
        if now - self._second >= 1.0:
            self._second, self._left = now, _LINES_PER_SECOND
        if self._left == 0:
            self._counters.dropped_log_lines += 1
            return
        self._left -= 1
        # Escaped, so that a server can neither start a line of the log nor speak to a terminal.
        text = line.decode("utf-8", "backslashreplace")
        self._log.info("%s: %s", self._name, text.encode("unicode_escape").decode("ascii"))
