"""PacedOutput: the pause of a server that floods us with messages that are no answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import final

from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.counters import Counters
from callgate.gateway.upstreams.messages.second_budget import SecondBudget


@final
class PacedOutput:
    """Past a bound of a second, the server's output is left unread for the rest of it.

    Progress that a caller asked for has a bound of its own. ``read`` gets what was held back, when
    the pause is over. Owned by the event loop.
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
        self._unsolicited = SecondBudget(upstream_limits.UNSOLICITED_PER_SECOND, loop.time)
        self._progress = SecondBudget(upstream_limits.PROGRESS_PER_SECOND, loop.time)
        self._held = b""

    def count_unsolicited(self) -> None:
        """One message that answers nothing. It may begin the pause."""
        self._pause_until(self._unsolicited.spend())

    def count_progress(self, raw_bytes: int) -> None:
        """One message of progress that a caller asked for. It may begin the pause."""
        self._pause_until(self._progress.spend(upstream_limits.progress_units(raw_bytes)))

    def hold(self, data: bytes) -> None:
        """Keeps what was read before the pause, and not looked at yet."""
        self._held += data

    def _pause_until(self, end: float | None) -> None:
        if end is not None and not self.paused:
            self._counters.paused += 1
            self.paused = True
            self._output.pause_reading()
            self._loop.call_at(end, self._resume)

    def _resume(self) -> None:
        self.paused = False
        held, self._held = self._held, b""
        self._read(held)
        if not self.paused and not self._output.is_closing():
            self._output.resume_reading()
