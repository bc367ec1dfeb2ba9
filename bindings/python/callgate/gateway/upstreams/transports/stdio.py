"""An MCP server as a process of ours: one message a line on its standard input and output.

The process leads a group of its own, which is killed when the connection ends, so that nothing it
started outlives it. A request is written once; when the process ends, whatever waits fails.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import signal
from collections.abc import Mapping
from contextlib import suppress

from callgate import JsonError
from callgate._native import IdScanner
from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.counters import Counters
from callgate.gateway.upstreams.messages.exchange import (
    Exchange,
    OnNotification,
    UpstreamReply,
    cancellation_params,
    notification_bytes,
)
from callgate.gateway.upstreams.messages.failures import Cause, failed, timed_out
from callgate.gateway.upstreams.messages.frames import answer_to, read_frame
from callgate.gateway.upstreams.messages.message_buffer import MessageBuffer
from callgate.gateway.upstreams.messages.pending import Pending
from callgate.gateway.upstreams.transports.paced_output import PacedOutput
from callgate.gateway.upstreams.transports.server_log import ServerLog
from callgate.gateway.upstreams.transports.settings import StdioSettings

_PIPE_GRACE = 1.0
"""Seconds that a pipe may stay open after the process is gone: something inherited it."""


class StdioConnection(asyncio.SubprocessProtocol):
    """Implements ``Connection``. Make it with ``open``."""

    def __init__(
        self,
        settings: StdioSettings,
        counters: Counters,
        log: logging.Logger,
        ids: itertools.count[int],
    ) -> None:
        self.on_notification: OnNotification | None = None
        self._settings = settings
        self._counters = counters
        self._log = log
        self._ids = ids
        self._loop = asyncio.get_running_loop()
        self._pending = Pending(counters)
        self._buffer: MessageBuffer | None = None
        self._server_log = ServerLog(log, settings.name, counters)
        self._ended: Cause | None = None
        self._deaf = False
        self._exited = self._loop.create_future()
        self._lost: asyncio.Future[None] = self._loop.create_future()

    @classmethod
    async def open(
        cls,
        settings: StdioSettings,
        counters: Counters,
        log: logging.Logger,
        ids: itertools.count[int],
    ) -> StdioConnection:
        """Starts the program. OSError: it cannot be started."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.subprocess_exec(
            lambda: cls(settings, counters, log, ids),
            settings.command,
            *settings.arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.defpath, **settings.environment},
            cwd=settings.directory,
            start_new_session=True,
        )
        return connection

    @property
    def lost(self) -> asyncio.Future[None]:
        return self._lost

    # What the gateway sends.

    async def request(self, exchange: Exchange) -> UpstreamReply:
        request_id, reply = self._send(exchange)
        expiry = None
        if exchange.timeout is not None:
            expiry = self._loop.call_later(exchange.timeout, self._expire, reply)
        try:
            return await reply
        finally:
            if expiry is not None:
                expiry.cancel()
            if self._pending.give_up(request_id) and exchange.cancellable:
                self._cancel(request_id)

    def _send(self, exchange: Exchange) -> tuple[bytes, asyncio.Future[UpstreamReply]]:
        """Without an await: between the checks and the write nothing else happens."""
        if self._ended is not None or self._deaf:
            raise failed("not_running", dispatched=False)
        if (
            len(self._pending) >= self._settings.max_in_flight
            or self._unread() > upstream_limits.MAX_UNREAD
        ):
            raise failed("busy", dispatched=False, retry_after=1.0)
        if exchange.request_id is None:
            request_id = b"%d" % next(self._ids)
        else:
            request_id = b'"%b"' % exchange.request_id.encode("ascii")
        message = exchange.message(request_id)
        if b"\n" in message or b"\r" in message:
            raise ValueError("a message must be one line")
        if exchange.on_dispatch is not None:
            exchange.on_dispatch()
        reply = self._pending.add(request_id, exchange.max_result, exchange.on_progress)
        self._write(message)
        return request_id, reply

    def _expire(self, reply: asyncio.Future[UpstreamReply]) -> None:
        if not reply.done():
            reply.set_exception(timed_out())

    def _cancel(self, request_id: bytes) -> None:
        if self._hears():
            params = cancellation_params(request_id, "nobody waits for the answer any more")
            self._write(notification_bytes("notifications/cancelled", params))

    async def notify(self, method: str, params: bytes | None, headers: Mapping[str, str]) -> None:
        if self._hears():
            self._write(notification_bytes(method, params))

    def _write(self, message: bytes) -> None:
        self._stdin.write(message + b"\n")

    def _hears(self) -> bool:
        return (
            self._ended is None and not self._deaf and self._unread() <= upstream_limits.MAX_UNREAD
        )

    def _unread(self) -> int:
        return self._stdin.get_write_buffer_size()

    # What the server sends.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport
        self._pid = transport.get_pid()
        stdin, stdout = transport.get_pipe_transport(0), transport.get_pipe_transport(1)
        assert isinstance(stdin, asyncio.WriteTransport)
        assert isinstance(stdout, asyncio.ReadTransport)
        self._stdin = stdin
        self._output = PacedOutput(stdout, self._loop, self._counters, self._read)
        self._counters.starts += 1

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self._server_log.feed(data)
        elif self._output.paused:
            self._output.hold(data)
        else:
            self._read(data)

    def _read(self, data: bytes) -> None:
        start = 0
        while self._ended is None and start < len(data):
            if self._output.paused:
                self._output.hold(data[start:])
                return
            end = data.find(b"\n", start)
            self._collect(data[start:] if end < 0 else data[start:end])
            if end < 0:
                return
            self._line_ended()
            start = end + 1

    def _collect(self, part: bytes) -> None:
        if self._buffer is None:
            self._buffer = MessageBuffer(self._pending.allowance())
        buffer = self._buffer
        was_oversized = buffer.oversized
        buffer.feed(part)
        if not buffer.oversized:
            return
        if not was_oversized:
            self._counters.oversized_messages += 1
            sole = buffer.id_if_oversized or self._pending.sole()
            if sole is not None:
                self._pending.refuse(sole, oversized=True)
        if buffer.endless:
            self._log.warning("%s: a line without end; it is killed", self._settings.name)
            self._end("endless_message")

    def _line_ended(self) -> None:
        buffer, self._buffer = self._buffer, None
        assert buffer is not None
        if buffer.oversized:
            if buffer.id_if_oversized is not None:
                self._pending.refuse(buffer.id_if_oversized, oversized=True)
            self._output.count_unsolicited()
        elif buffer.empty:
            self._output.count_unsolicited()
        else:
            self._message(buffer.take())

    def _message(self, line: bytearray) -> None:
        try:
            frame = read_frame(line)
        except JsonError:
            self._garbage(line)
            return
        if frame.method is None:
            if not self._pending.answer(frame, len(line)):
                self._output.count_unsolicited()
            return
        if self._pending.tell_progress(frame):
            self._output.count_progress(len(line))
            return
        self._output.count_unsolicited()
        if frame.id is not None:
            self._counters.refused_requests += 1
            if self._hears():
                self._write(answer_to(frame))
        elif self.on_notification is not None:
            self.on_notification(frame.method, frame.params)

    def _garbage(self, line: bytearray) -> None:
        self._counters.garbage_messages += 1
        self._output.count_unsolicited()
        scanner = IdScanner()
        scanner.feed(line)
        if scanner.id is not None:
            self._pending.refuse(scanner.id, oversized=False)

    # How it ends.

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 0:
            # Answers that it has already written are still to be read.
            self._deaf = True
            self._loop.call_later(_PIPE_GRACE, self._end, "crashed")
        elif fd == 1:
            self._end("crashed")
        else:
            self._server_log.end()

    def process_exited(self) -> None:
        # Its children go too. The group's number cannot have been given away while it has members.
        self._signal(signal.SIGKILL)
        if not self._exited.done():
            self._exited.set_result(None)
        self._loop.call_later(_PIPE_GRACE, self._transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end("crashed")

    def _end(self, cause: Cause) -> None:
        if self._ended is not None:
            return
        self._ended = cause
        self._signal(signal.SIGKILL)
        self._pending.fail_all(cause)
        self._stdin.close()
        if not self._lost.done():
            self._lost.set_result(None)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, number)

    async def close(self) -> None:
        """Closes its input, then terminates, then kills, each after the grace time."""
        if self._ended is None:
            self._ended = "closed"
            self._pending.fail_all("closed")
            self._stdin.close()
            if not self._lost.done():
                self._lost.set_result(None)
            for number in (signal.SIGTERM, signal.SIGKILL):
                await asyncio.wait([self._exited], timeout=self._settings.stop_grace)
                if self._exited.done():
                    break
                self._signal(number)
        await asyncio.wait([self._exited], timeout=self._settings.stop_grace)
        self._transport.close()
