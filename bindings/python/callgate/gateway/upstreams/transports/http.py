"""An MCP server behind a streamable HTTP endpoint.

Each request is one POST, sent once; its answer is the body, JSON or an event stream. Redirects,
compression, cookies and the environment's proxies are off, and a stream that breaks is not resumed.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final

import anyio
import httpx2
from mcp.shared.inbound import MCP_METHOD_HEADER, MCP_PROTOCOL_VERSION_HEADER

from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.counters import Counters
from callgate.gateway.upstreams.messages.exchange import (
    Exchange,
    OnNotification,
    UpstreamReply,
    cancellation_params,
    notification_bytes,
)
from callgate.gateway.upstreams.messages.failures import failed, timed_out
from callgate.gateway.upstreams.messages.frames import Frame, answer_to
from callgate.gateway.upstreams.messages.second_budget import SecondBudget
from callgate.gateway.upstreams.transports.dispatch_trace import DispatchTrace
from callgate.gateway.upstreams.transports.http_client import open_client
from callgate.gateway.upstreams.transports.response_reader import ResponseReader
from callgate.gateway.upstreams.transports.settings import HttpSettings
from callgate.gateway.upstreams.transports.stream_progress import StreamProgress
from callgate.gateway.wire.refusal import Refusal

_SESSION: Final = "mcp-session-id"
_SESSION_ID = re.compile(r"[\x21-\x7e]{1,512}")
_ASIDE_TIMEOUT: Final = 5.0
"""Seconds for what no caller waits for: a notification, an answer, a session's end."""
_CANCELLED: Final = "notifications/cancelled"
_REOPEN: Final = 5.0
"""Seconds between two attempts to follow the server's own stream."""


class HttpConnection:
    """Implements ``Connection``."""

    def __init__(
        self, settings: HttpSettings, counters: Counters, ids: itertools.count[int]
    ) -> None:
        self.on_notification: OnNotification | None = None
        self._settings = settings
        self._counters = counters
        self._ids = ids
        self._client = open_client(settings)
        loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[None] = loop.create_future()
        self._progress = SecondBudget(upstream_limits.PROGRESS_PER_SECOND, loop.time)
        self._in_flight = 0
        self._session_id: str | None = None
        self._version: str | None = None
        self._checking = False
        self._aside: set[asyncio.Task[None]] = set()
        counters.starts += 1

    @property
    def lost(self) -> asyncio.Future[None]:
        return self._lost

    async def request(self, exchange: Exchange) -> UpstreamReply:
        if self._lost.done():
            raise failed("not_running", dispatched=False)
        if self._in_flight >= self._settings.max_in_flight:
            raise failed("busy", dispatched=False, retry_after=1.0)
        request_id = (
            b"%d" % next(self._ids)
            if exchange.request_id is None
            else b'"%b"' % exchange.request_id.encode("ascii")
        )
        trace = DispatchTrace(exchange.on_dispatch)
        self._in_flight += 1
        answered = False
        try:
            with anyio.fail_after(exchange.timeout):
                reply = await self._post_request(request_id, exchange, trace)
            answered = True
            return reply
        except TimeoutError:
            raise (
                timed_out() if trace.dispatched else failed("connect_failed", dispatched=False)
            ) from None
        except httpx2.RequestError as error:
            raise failed(
                "connection_lost" if trace.dispatched else "connect_failed",
                dispatched=trace.dispatched,
            ) from error
        except Refusal:
            answered = True
            raise
        finally:
            self._in_flight -= 1
            # Since 2026-07-28 the closed stream itself says that the caller waits no more.
            older = MCP_METHOD_HEADER not in exchange.headers
            if not answered and trace.dispatched and exchange.cancellable and older:
                params = cancellation_params(request_id, "nobody waits for the answer any more")
                self._in_background(self._send(notification_bytes(_CANCELLED, params)))

    async def _post_request(
        self, request_id: bytes, exchange: Exchange, trace: DispatchTrace
    ) -> UpstreamReply:
        message = exchange.message(request_id)
        progress = StreamProgress(exchange, request_id, self._progress, self._counters)
        initializes = exchange.method == "initialize"
        async with self._post(message, exchange.headers, trace, exchange.timeout) as reader:
            response = reader.response
            if response.status_code != 200:
                return await self._not_ok(reader, request_id, exchange)
            if response.headers.get("content-encoding", "identity") != "identity":
                raise failed("content_encoding", dispatched=True)
            if initializes:
                self._begin_session(response)
            elif MCP_PROTOCOL_VERSION_HEADER in exchange.headers:
                self._version = exchange.headers[MCP_PROTOCOL_VERSION_HEADER]
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind == "application/json":
                return await reader.json_reply(request_id, exchange.max_result)
            if kind == "text/event-stream":
                return await reader.streamed_reply(
                    request_id, exchange.max_result, progress.take, self._take_unsolicited
                )
            raise failed("content_type", dispatched=True)

    @asynccontextmanager
    async def _post(
        self,
        message: bytes,
        headers: Mapping[str, str],
        trace: DispatchTrace | None,
        timeout: float | None,
    ) -> AsyncIterator[ResponseReader]:
        request = self._client.build_request(
            "POST",
            self._settings.url,
            content=message,
            headers={**self._headers(), "content-type": "application/json", **headers},
            timeout=httpx2.Timeout(timeout, connect=self._settings.connect_timeout),
            extensions={} if trace is None else {"trace": trace},
        )
        response = await self._client.send(request, stream=True)
        reader = ResponseReader(response, response.aiter_raw(), self._counters)
        try:
            yield reader
        except BaseException:
            await reader.close()
            raise
        # The caller has its reply; the rest is read so that the connection is kept.
        if not self._in_background(reader.finish()):
            await reader.close()

    def _headers(self) -> dict[str, str]:
        headers = {"accept": "application/json, text/event-stream"}
        if self._session_id is not None:
            headers[_SESSION] = self._session_id
        if self._version is not None and self._session_id is not None:
            headers[MCP_PROTOCOL_VERSION_HEADER] = self._version
        return headers

    def _begin_session(self, response: httpx2.Response) -> None:
        session_id = response.headers.get(_SESSION)
        if session_id is not None and _SESSION_ID.fullmatch(session_id) is None:
            raise failed("invalid_response", dispatched=True)
        self._session_id = session_id

    # What the server answers.

    async def _not_ok(
        self, reader: ResponseReader, request_id: bytes, exchange: Exchange
    ) -> UpstreamReply:
        status = reader.response.status_code
        if status in (201, 202, 204):
            raise failed("no_response", dispatched=True)
        if 300 <= status < 400:
            raise failed("redirected", dispatched=True, status=status)
        error = await reader.error_for(request_id)
        if error is not None and len(error) <= exchange.max_result:
            return UpstreamReply(error=error)
        if self._session_id is not None and status in (400, 404):
            self._check_session()
            if status == 404:
                raise failed("session_expired", dispatched=True, status=status)
        raise failed("http_status", dispatched=True, status=status)

    def _take_unsolicited(self, frame: Frame) -> None:
        if frame.method is None:
            self._counters.unknown_responses += 1
        elif frame.id is not None:
            self._counters.refused_requests += 1
            self._in_background(self._send(answer_to(frame)))
        elif self.on_notification is not None:
            self.on_notification(frame.method, frame.params)

    # What no caller waits for.

    async def notify(self, method: str, params: bytes | None, headers: Mapping[str, str]) -> None:
        await self._send(notification_bytes(method, params), headers)
        if method == "notifications/initialized" and self._session_id is not None:
            self._in_background(self._follow())

    async def _send(self, message: bytes, headers: Mapping[str, str] | None = None) -> None:
        with suppress(httpx2.RequestError), anyio.move_on_after(_ASIDE_TIMEOUT):
            async with self._post(message, headers or {}, None, _ASIDE_TIMEOUT):
                pass

    async def _follow(self) -> None:
        """The stream on which a server of the older era says that its tools changed."""
        while not self._lost.done():
            with suppress(httpx2.RequestError, Refusal):
                async with self._client.stream(
                    "GET",
                    self._settings.url,
                    headers={**self._headers(), "accept": "text/event-stream"},
                    timeout=httpx2.Timeout(None, connect=self._settings.connect_timeout),
                ) as response:
                    kind = response.headers.get("content-type", "").partition(";")[0]
                    if response.status_code != 200 or kind.strip() != "text/event-stream":
                        return
                    # Something may have changed before the stream stood.
                    if self.on_notification is not None:
                        self.on_notification("notifications/tools/list_changed", None)
                    reader = ResponseReader(response, response.aiter_raw(), self._counters)
                    async with (
                        aclosing(reader.chunks),
                        aclosing(reader.frames(upstream_limits.MAX_UNSOLICITED)) as frames,
                    ):
                        async for frame in frames:
                            if frame is not None:
                                self._take_unsolicited(frame)
            await asyncio.sleep(_REOPEN)

    def _check_session(self) -> None:
        """Asks, alongside the calls, whether the session still lives; if not, begins a new one."""
        if not self._checking:
            self._checking = True
            self._in_background(self._ping())

    async def _ping(self) -> None:
        ping = Exchange("ping", b"{}", _ASIDE_TIMEOUT, upstream_limits.MAX_UNSOLICITED)
        try:
            await self.request(ping)
        except Refusal:
            self._lose()
        finally:
            self._checking = False

    def _lose(self) -> None:
        if not self._lost.done():
            self._lost.set_result(None)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> bool:
        if len(self._aside) >= upstream_limits.MAX_ASIDE or self._lost.done():
            work.close()
            return False
        task = asyncio.get_running_loop().create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)
        return True

    async def close(self) -> None:
        self._lose()
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)
        if self._session_id is not None:
            with suppress(httpx2.RequestError), anyio.move_on_after(_ASIDE_TIMEOUT):
                await self._client.delete(self._settings.url, headers=self._headers())
        await self._client.aclose()
