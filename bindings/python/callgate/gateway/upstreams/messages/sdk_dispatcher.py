"""The MCP SDK's view of a connection of ours: it negotiates the era and follows subscriptions.

Calls and listings do not pass through the SDK, which would rewrite their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import anyio
import anyio.abc
from mcp.shared.dispatcher import (
    CallOptions,
    DispatchContext,
    Dispatcher,
    OnNotify,
    OnNotifyIntercept,
    OnRequest,
    run_notify_intercept,
)
from mcp.shared.exceptions import MCPError
from mcp.shared.transport_context import TransportContext
from mcp_types import CONNECTION_CLOSED, METHOD_NOT_FOUND, REQUEST_TIMEOUT

from callgate.gateway.upstreams.messages import upstream_limits
from callgate.gateway.upstreams.messages.exchange import Connection, Exchange
from callgate.gateway.upstreams.messages.failures import cause_of, failed
from callgate.gateway.wire.refusal import Refusal

_FOLLOWED: Final = frozenset(
    {
        "notifications/tools/list_changed",
        "notifications/subscriptions/acknowledged",
        "notifications/cancelled",
    }
)
"""The notifications that mean anything to the gateway. All others are counted and dropped."""

_QUEUED: Final = 64


class SdkDispatcher(Dispatcher[TransportContext]):
    """Runs one ``mcp.ClientSession`` over a ``Connection``, for as long as the session lasts."""

    def __init__(self, connection: Connection, on_dropped: Callable[[], None]) -> None:
        self._connection = connection
        self._on_dropped = on_dropped
        self._queue_in, self._queue_out = anyio.create_memory_object_stream[
            tuple[str, Mapping[str, Any] | None]
        ](_QUEUED)
        self._intercept: OnNotifyIntercept | None = None

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        """MCPError: the server refused, or is of another era. Refusal: the connection failed."""
        options: CallOptions = opts or {}
        request_id = options.get("request_id")
        exchange = Exchange(
            method=method,
            params=json.dumps(params or {}).encode(),
            timeout=options.get("timeout"),
            max_result=upstream_limits.MAX_LISTING,
            headers=options.get("headers", {}),
            request_id=None if request_id is None else str(request_id),
            cancellable=options.get("cancel_on_abandon", True),
        )
        try:
            reply = await self._connection.request(exchange)
            answer = _read(reply.result or reply.error or b"{}")
        except Refusal as refusal:
            raise _as_mcp_error(refusal) or refusal from None
        if reply.error is not None:
            raise MCPError(answer["code"], answer["message"], answer.get("data"))
        return answer

    async def notify(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> None:
        body = None if params is None else json.dumps(params).encode()
        await self._connection.notify(method, body, (opts or {}).get("headers", {}))

    async def run(
        self,
        on_request: OnRequest,
        on_notify: OnNotify,
        on_notify_intercept: OnNotifyIntercept | None = None,
        *,
        task_status: anyio.abc.TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
    ) -> None:
        """Hands the session what it follows. Requests of the server never come this far."""
        self._intercept = on_notify_intercept
        self._connection.on_notification = self._received
        context = cast("DispatchContext[TransportContext]", None)
        with self._queue_in, self._queue_out:
            task_status.started()
            async for method, params in self._queue_out:
                await on_notify(context, method, params)

    def _received(self, method: str, params: bytes | None) -> None:
        if method not in _FOLLOWED:
            self._on_dropped()
            return
        try:
            # RecursionError: the engine scans deeper than this parser reads.
            value = None if params is None else json.loads(params)
        except (ValueError, RecursionError):
            self._on_dropped()
            return
        mapping = value if isinstance(value, dict) else None
        if run_notify_intercept(self._intercept, method, mapping):
            return
        try:
            self._queue_in.send_nowait((method, mapping))
        except (anyio.WouldBlock, anyio.ClosedResourceError, anyio.BrokenResourceError):
            self._on_dropped()


def _read(answer: bytes) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", json.loads(answer))
    except (ValueError, RecursionError):  # The engine scans deeper than this parser reads.
        raise failed("invalid_response", dispatched=True) from None


def _as_mcp_error(refusal: Refusal) -> MCPError | None:
    """What the SDK takes for "not of this era" or for "the subscription is over"."""
    if refusal.code_name == "UPSTREAM_TIMEOUT":
        return MCPError(REQUEST_TIMEOUT, refusal.message)
    status = (refusal.details or {}).get("http_status")
    if isinstance(status, int) and 400 <= status < 500:
        return MCPError(METHOD_NOT_FOUND, refusal.message)
    if cause_of(refusal) in ("invalid_response", "no_response"):
        return MCPError(CONNECTION_CLOSED, refusal.message)
    return None
