"""Appender: an event loop waits for the disk, and goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import final

from callgate._native import AppendThread
from callgate.audit.durable_file import Append, Appended, append_arguments, settle


@final
class Appender:
    """A thread of the engine's, which never asks for the GIL. One event loop owns it."""

    __slots__ = ("_done", "_loop", "_thread")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = AppendThread()
        self._done: asyncio.Future[Sequence[Appended]] | None = None
        loop.add_reader(self._thread.fileno(), self._take)

    async def append_in_order(self, *appends: Append) -> tuple[int, OSError | None]:
        """As of durable_file. One at a time."""
        done = self._done = self._loop.create_future()
        try:
            self._thread.submit(*append_arguments(appends))
            return settle(appends, await done)
        except BaseException:
            # What the files hold is unknown.
            for file, _ in appends:
                file.broken = True
            raise

    def close(self) -> None:
        """Ends the thread. An append that is under way is finished first, which blocks."""
        self._loop.remove_reader(self._thread.fileno())
        self._thread.close()

    def _take(self) -> None:
        results = self._thread.take()
        if self._done is not None and not self._done.done():
            self._done.set_result(results)
