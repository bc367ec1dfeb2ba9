"""ToldProgress: a tool's progress, told to the caller while the call is under way."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Final, final

from callgate._native import find_members
from callgate.gateway.wire.refusal import Refusal
from callgate.gateway.wire.reply_lines import ReplyLines

# Bytes of one line; what is longer is not told.
MAX_LINE: Final = 16 << 10
# Lines in any second; of what comes between them, the latest is told.
PER_SECOND: Final = 20


@final
class ToldProgress:
    """Serves one call while entered; leaving it waits for what is being sent. One loop owns it.

    ``is_alive`` is asked before each line: a session that ended is told nothing more. What is told
    counts towards ``limit``, the bytes that the context allows an answer, if it bounds them.
    """

    def __init__(
        self, lines: ReplyLines, *, is_alive: Callable[[], bool], limit: int | None
    ) -> None:
        self._lines = lines
        self._is_alive = is_alive
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._told = 0
        self._is_over = False  # the limit
        self._is_left = False
        self._latest: bytes | None = None
        self._queue: deque[bytes] = deque()
        self._queued_at: deque[float] = deque(maxlen=PER_SECOND)
        self._timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ToldProgress:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_left = True
        self._latest = None
        if self._timer is not None:
            self._timer.cancel()
        sending = self._sending
        if sending is None:
            return
        try:
            if not isinstance(exc, asyncio.CancelledError):
                await asyncio.wait([sending])
        finally:
            sending.cancel()

    def tell(self, value: bytes) -> None:
        """``value`` is the JSON of one notification. Neither blocks nor raises."""
        line = b'{"progress":%b}\n' % value
        if len(line) <= MAX_LINE and not self._is_left:
            self._latest = line
            if self._timer is None:
                self._queue_latest()

    def check_size(self, result: bytes) -> None:
        """Raises Refusal where what was told and the result are together larger than allowed."""
        if self._limit is None or not (self._told or self._is_over):
            return
        size = find_members(b'{"result":%b}' % result, ("result",))["result"][2]
        if self._is_over or self._told + size > self._limit:
            message = f"the tool's progress and result are larger than {self._limit} bytes"
            raise Refusal("OUTPUT_SIZE_EXCEEDED", message, details={"limit": self._limit})

    def _queue_latest(self) -> None:
        self._timer = None
        # A caller that does not read has a second's lines waiting, and no more.
        if self._latest is None or len(self._queue) >= PER_SECOND:
            return
        if len(self._queued_at) == PER_SECOND:
            again = self._queued_at[0] + 1.0
            if self._loop.time() < again:
                self._timer = self._loop.call_at(again, self._queue_latest)
                return
        self._queued_at.append(self._loop.time())
        self._queue.append(self._latest)
        self._latest = None
        if self._sending is None:
            self._sending = self._loop.create_task(self._send())

    async def _send(self) -> None:
        # Whatever the connection's end raises here, the answer meets it, too.
        with contextlib.suppress(Exception):
            while self._queue and self._may_tell(self._queue[0]):
                await self._lines.send_line(self._queue.popleft())
                if self._timer is None:
                    self._queue_latest()
        self._sending = None

    def _may_tell(self, line: bytes) -> bool:
        if self._is_over or not self._is_alive():
            return False
        if self._limit is not None and self._told + len(line) > self._limit:
            self._is_over = True
            return False
        self._told += len(line)
        return True
