"""One request to an upstream and its answer, whatever the transport."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class UpstreamReply:
    """Exactly one of the two is set: the compact JSON of the member, numbers as the server wrote
    them.
    """

    result: bytes | None = None
    error: bytes | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request: ``params`` is a compact JSON object without a line break, written as it stands.

    ``meta`` is the ``_meta`` to be put into it, which then has other members, too. With
    ``on_progress`` the request asks for progress, under its id as the token; it is called with the
    JSON object of each notification, in the order of arrival, and must neither block nor raise.

    ``timeout`` is in seconds (None: as long as the connection lives), ``max_result`` in compact
    bytes. ``on_dispatch`` is called once, right before the first byte leaves; if it raises, none
    does. ``headers`` are for HTTP alone. ``request_id`` is for the SDK, which follows a
    subscription by it; the connection numbers all else.
    """

    method: str
    params: bytes
    timeout: float | None
    max_result: int
    meta: bytes | None = None
    on_dispatch: Callable[[], None] | None = None
    on_progress: Callable[[bytes], None] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None
    cancellable: bool = True

    def message(self, request_id: bytes) -> bytes:
        """The request under this id, one line without its end."""
        params, meta = self.params, self.meta
        if self.on_progress is not None:
            token = b'"progressToken":%b' % request_id
            meta = b"{%b}" % token if meta is None else b"%b,%b}" % (meta[:-1], token)
        if meta is not None:
            params = b'%b,"_meta":%b}' % (params[:-1], meta)
        return b'{"jsonrpc":"2.0","id":%b,"method":%b,"params":%b}' % (
            request_id,
            quoted(self.method),
            params,
        )


OnNotification = Callable[[str, bytes | None], None]
"""(method, params): called in the order of arrival, must neither block nor raise."""


class Connection(Protocol):
    """A running server. Not thread-safe: one event loop uses it."""

    on_notification: OnNotification | None

    @property
    def lost(self) -> asyncio.Future[None]:
        """Done when the connection is of no more use."""

    async def request(self, exchange: Exchange) -> UpstreamReply:
        """Sends once and never again. Refusal: UPSTREAM_TIMEOUT, UPSTREAM_FAILED,
        OUTPUT_SIZE_EXCEEDED, or what ``on_dispatch`` raised.
        """

    async def notify(self, method: str, params: bytes | None, headers: Mapping[str, str]) -> None:
        """Sends a notification if that is possible now, else drops it."""

    async def close(self) -> None:
        """Ends it, calls in flight included; returns when nothing of it is left."""


def quoted(text: str) -> bytes:
    """A string as compact JSON in ASCII, so that no line separator can stand in it."""
    return json.dumps(text).encode()


def notification_bytes(method: str, params: bytes | None) -> bytes:
    if params is None:
        return b'{"jsonrpc":"2.0","method":%b}' % quoted(method)
    return b'{"jsonrpc":"2.0","method":%b,"params":%b}' % (quoted(method), params)


def cancellation_params(request_id: bytes, reason: str) -> bytes:
    """For ``notifications/cancelled``."""
    return b'{"requestId":%b,"reason":%b}' % (request_id, quoted(reason))
