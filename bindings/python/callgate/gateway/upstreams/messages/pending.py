"""The requests that wait for an answer on a shared stream, by the id they were sent under."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.counters import Counters
from callgate.gateway.upstreams.messages.exchange import UpstreamReply
from callgate.gateway.upstreams.messages.failures import Cause, failed, too_large
from callgate.gateway.upstreams.messages.frames import Frame
from callgate.gateway.upstreams.messages.message_buffer import Allowance
from callgate.gateway.upstreams.messages.progress import read_progress
from callgate.gateway.wire.refusal import Refusal

_REMEMBERED = 1024
"""Ids that no longer wait, which tell a late or a second answer from a foreign one."""


class Waiting:
    """One request that was sent."""

    __slots__ = ("max_result", "on_progress", "reply")

    def __init__(
        self,
        reply: asyncio.Future[UpstreamReply],
        max_result: int,
        on_progress: Callable[[bytes], None] | None,
    ) -> None:
        self.reply = reply
        self.max_result = max_result
        self.on_progress = on_progress


class Pending:
    """Each id is answered once at most; what no one waits for is counted and dropped."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._waiting: dict[bytes, Waiting] = {}
        self._done: deque[tuple[bytes, bool]] = deque(maxlen=_REMEMBERED)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(
        self,
        request_id: bytes,
        max_result: int,
        on_progress: Callable[[bytes], None] | None = None,
    ) -> asyncio.Future[UpstreamReply]:
        reply: asyncio.Future[UpstreamReply] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = Waiting(reply, max_result, on_progress)
        return reply

    def give_up(self, request_id: bytes) -> bool:
        """The caller waits no more. True if an answer that still comes is late."""
        if self._waiting.pop(request_id, None) is None:
            return False
        self._done.append((request_id, False))
        return True

    def allowance(self) -> Allowance:
        """For a message that begins now: what the most generous of the requests may get."""
        most = max((waiting.max_result for waiting in self._waiting.values()), default=0)
        if most == 0:
            return Allowance(upstream_limits.MAX_UNSOLICITED, upstream_limits.MAX_UNSOLICITED)
        return Allowance(most, upstream_limits.raw_limit(most))

    def answer(self, frame: Frame, raw_bytes: int) -> bool:
        """Gives a response to the call that waits for it. False: none does."""
        assert frame.id is not None
        waiting = self._take(frame.id)
        if waiting is None:
            return False
        if frame.invalid:
            _fail(waiting, failed("invalid_response", dispatched=True))
        elif frame.size > waiting.max_result or raw_bytes > upstream_limits.raw_limit(
            waiting.max_result
        ):
            _fail(waiting, too_large(waiting.max_result))
        elif not waiting.reply.done():
            waiting.reply.set_result(UpstreamReply(result=frame.result, error=frame.error))
        return True

    def tell_progress(self, frame: Frame) -> bool:
        """Gives progress to the call that asked for it. False: none did, or it is no progress."""
        progress = read_progress(frame)
        waiting = None if progress is None else self._waiting.get(progress.token)
        if progress is None or waiting is None or waiting.on_progress is None:
            return False
        waiting.on_progress(progress.value)
        return True

    def refuse(self, request_id: bytes, *, oversized: bool) -> None:
        """For a response of which no more than the id is known."""
        waiting = self._take(request_id)
        if waiting is not None:
            _fail(
                waiting,
                too_large(waiting.max_result)
                if oversized
                else failed("invalid_response", dispatched=True),
            )

    def fail_all(self, cause: Cause) -> None:
        """Ends every wait, each with an error of its own."""
        waiting, self._waiting = self._waiting, {}
        for request_id, one in waiting.items():
            self._done.append((request_id, False))
            _fail(one, failed(cause, dispatched=True))

    def sole(self) -> bytes | None:
        """The only id that an answer could be for, late ones included."""
        if len(self._waiting) == 1 and all(answered for _, answered in self._done):
            return next(iter(self._waiting))
        return None

    def _take(self, request_id: bytes) -> Waiting | None:
        waiting = self._waiting.pop(request_id, None)
        if waiting is not None:
            self._done.append((request_id, True))
            return waiting
        if (request_id, True) in self._done:
            self._counters.duplicate_responses += 1
        elif (request_id, False) in self._done:
            self._counters.late_responses += 1
            self._done.remove((request_id, False))
            self._done.append((request_id, True))
        else:
            self._counters.unknown_responses += 1
        return None


def _fail(waiting: Waiting, refusal: Refusal) -> None:
    if not waiting.reply.done():
        waiting.reply.set_exception(refusal)
        # The caller of a request that is given up at this moment never looks at it.
        waiting.reply.exception()
