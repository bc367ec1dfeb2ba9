"""Wakeup: what a task waits for that others wake, or the time."""

from __future__ import annotations

import asyncio
from typing import final


@final
class Wakeup:
    """Owned by one event loop; one task waits on it. Its timer stays set when another task notifies
    it, so that a task which is woken often seldom sets one: the waiter looks again what is due.
    """

    __slots__ = ("_loop", "_notified", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._notified: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, seconds: float) -> None:
        """Returns when it is notified, after ``seconds`` at the latest."""
        self._notified = self._loop.create_future()
        at = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > at:
            self.close()
            self._timer = self._loop.call_at(at, self._time_is_up)
        await self._notified

    def notify(self) -> None:
        """Now. Nothing happens where there is no waiter."""
        if self._notified is not None and not self._notified.done():
            self._notified.set_result(None)

    def close(self) -> None:
        """Takes the timer away."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_is_up(self) -> None:
        self._timer = None
        self.notify()
