"""Reads the body of one HTTP response: a JSON-RPC message, or an event stream of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

import anyio
import httpx2

from callgate import JsonError
from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.counters import Counters
from callgate.gateway.upstreams.messages.event_stream import EventStream
from callgate.gateway.upstreams.messages.exchange import UpstreamReply
from callgate.gateway.upstreams.messages.failures import failed, too_large
from callgate.gateway.upstreams.messages.frames import Frame, read_frame
from callgate.gateway.upstreams.messages.message_buffer import Allowance, MessageBuffer

TakeProgress = Callable[[Frame, int], Awaitable[bool]]
"""(message, its raw bytes): whether it is progress that was asked for, and is told."""

_FINISH_TIMEOUT = 5.0
"""Seconds that the rest of a stream is waited for, for its connection's sake."""


@dataclass(frozen=True, slots=True)
class ResponseReader:
    """A response whose body is read in parts, each byte once."""

    response: httpx2.Response
    chunks: AsyncGenerator[bytes, None]
    counters: Counters

    async def finish(self) -> None:
        """Reads what is left of it, if that is little and comes soon."""
        size = 0
        try:
            with suppress(httpx2.RequestError), anyio.move_on_after(_FINISH_TIMEOUT):
                async for chunk in self.chunks:
                    size += len(chunk)
                    if size > upstream_limits.MAX_UNSOLICITED:
                        break
        finally:
            await self.close()

    async def close(self) -> None:
        with anyio.CancelScope(shield=True):
            await self.chunks.aclose()
            await self.response.aclose()

    async def error_for(self, request_id: bytes) -> bytes | None:
        """A JSON-RPC error for this very request, if that is what the body holds."""
        body = bytearray()
        async for chunk in self.chunks:
            body += chunk
            if len(body) > upstream_limits.MAX_ERROR_BODY:
                return None
        with suppress(JsonError):
            frame = read_frame(body)
            if frame.id == request_id:
                return frame.error
        return None

    async def json_reply(self, request_id: bytes, limit: int) -> UpstreamReply:
        buffer = MessageBuffer(Allowance(limit, upstream_limits.raw_limit(limit)))
        async for chunk in self.chunks:
            buffer.feed(chunk)
            if buffer.oversized:
                self.counters.oversized_messages += 1
                raise too_large(limit)
        frame = self._read(buffer)
        if frame is None or frame.method is not None or frame.id != request_id:
            if frame is not None:
                self.counters.unknown_responses += 1
            raise failed("invalid_response", dispatched=True)
        return _reply(frame, limit)

    async def streamed_reply(
        self,
        request_id: bytes,
        limit: int,
        take_progress: TakeProgress,
        on_unsolicited: Callable[[Frame], None],
    ) -> UpstreamReply:
        async with aclosing(self.frames(limit, take_progress)) as frames:
            async for frame in frames:
                if frame is None:
                    raise too_large(limit)
                if frame.id == request_id and frame.method is None:
                    return _reply(frame, limit)
                on_unsolicited(frame)
        raise failed("no_response", dispatched=True)

    async def frames(
        self, limit: int, take_progress: TakeProgress | None = None
    ) -> AsyncGenerator[Frame | None, None]:
        """The stream's messages but for progress that was taken; None for one that is too large,
        and then no more.
        """
        stream = EventStream(Allowance(limit, upstream_limits.raw_limit(limit)))
        size = count = taken = 0
        async for chunk in self.chunks:
            size += len(chunk)
            for event in stream.feed(chunk):
                if event.oversized:
                    self.counters.oversized_messages += 1
                    yield None
                    return
                frame = self._read(event)
                if frame and take_progress and await take_progress(frame, len(event.take())):
                    taken += 1
                    continue
                count += 1
                if frame is not None:
                    yield frame
            if stream.current.oversized:
                self.counters.oversized_messages += 1
                yield None
                return
            if (
                size > upstream_limits.MAX_SKIPPED
                or count > upstream_limits.MAX_STREAM_MESSAGES
                or stream.lines - taken * upstream_limits.PROGRESS_LINES
                > upstream_limits.MAX_STREAM_LINES
            ):
                raise failed("too_many_messages", dispatched=True)

    def _read(self, buffer: MessageBuffer) -> Frame | None:
        try:
            return read_frame(buffer.take())
        except JsonError:
            self.counters.garbage_messages += 1
            return None


def _reply(frame: Frame, limit: int) -> UpstreamReply:
    if frame.invalid:
        raise failed("invalid_response", dispatched=True)
    if frame.size > limit:
        raise too_large(limit)
    return UpstreamReply(result=frame.result, error=frame.error)
