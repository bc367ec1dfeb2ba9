"""Unsolicited: messages that answer nothing, and the pause of a server that floods us with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import final

from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.counters import Counters


@final
class Unsolicited:
    """Past the bound of a second, the server's output is left unread for the rest of it.

    ``read`` gets what was held back, when it is over. Owned by the event loop.
    """

    def __init__(
        self,
        output: asyncio.ReadTransport,
        loop: asyncio.AbstractEventLoop,
        counters: Counters,
        read: Callable[[bytes], None],
    ) -> None:
        self.paused = False
        self._output = output
        self._loop = loop
        self._counters = counters
        self._read = read
        self._left = upstream_limits.UNSOLICITED_PER_SECOND
        self._second = 0.0
        self._held = b""

    def one_more(self) -> None:
        """Counts one, and may begin the pause."""
        now = self._loop.time()
        if now - self._second >= 1.0:
            self._second, self._left = now, upstream_limits.UNSOLICITED_PER_SECOND
        self._left -= 1
        if self._left == 0:
            self._counters.paused += 1
            self.paused = True
            self._output.pause_reading()
            self._loop.call_at(self._second + 1.0, self._resume)

    def hold(self, data: bytes) -> None:
        """Keeps what was read before the pause, and not looked at yet."""
        self._held += data

    def _resume(self) -> None:
        self.paused = False
        held, self._held = self._held, b""
        self._read(held)
        if not self.paused and not self._output.is_closing():
            self._output.resume_reading()
