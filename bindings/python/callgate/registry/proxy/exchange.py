"""One POST to an agent over a judged connection, and its answer, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import h11

from callgate.registry.proxy.bounds import ProxyBounds, ProxyError
from callgate.registry.proxy.target import Target
from callgate.registry.proxy.tls_connection import TlsConnection

_HEADER_BYTES: Final = 32 << 10
_INTERIM: Final = 8  # 1xx answers before the real one


class Answer(NamedTuple):
    """What an agent answered."""

    status: int
    content_type: bytes
    body: bytes


async def post(
    connection: TlsConnection,
    target: Target,
    body: bytes,
    bounds: ProxyBounds,
    take: Callable[[int], None],
) -> Answer:
    """Sends ``body`` to ``/mcp``. ``take`` is told of the bytes that are kept.

    Raises ProxyError (502), h11.RemoteProtocolError, and what ``take`` raises.
    """
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_BYTES)
    request = h11.Request(
        method="POST",
        target="/mcp",
        headers=[
            ("Host", target.authority),
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ],
    )
    sent = (http.send(event) for event in (request, h11.Data(data=body), h11.EndOfMessage()))
    await connection.send(b"".join(data or b"" for data in sent))
    response = await _response(http, connection)
    if 300 <= response.status_code < 400:
        raise ProxyError(502, "the agent answered with a redirect, which is not followed")
    received = bytearray()
    while not isinstance(event := await _next(http, connection), h11.EndOfMessage):
        if isinstance(event, h11.Data):
            take(len(event.data))
            received += event.data
        if len(received) > bounds.answer_bytes:
            raise ProxyError(502, f"the agent's answer is larger than {bounds.answer_bytes} bytes")
    return Answer(response.status_code, _content_type(response), bytes(received))


async def _response(http: h11.Connection, connection: TlsConnection) -> h11.Response:
    for _ in range(_INTERIM):
        event = await _next(http, connection)
        if isinstance(event, h11.Response):
            return event
    raise ProxyError(502, "the agent gave no answer")


async def _next(http: h11.Connection, connection: TlsConnection) -> h11.Event:
    while (event := http.next_event()) is h11.NEED_DATA:
        http.receive_data(await connection.receive())
    if not isinstance(event, h11.Event):
        raise ProxyError(502, "the agent ended the connection")
    return event


def _content_type(response: h11.Response) -> bytes:
    types = [value for name, value in response.headers if name == b"content-type"]
    return types[0] if len(types) == 1 else b"application/octet-stream"
