"""What the wrapper itself answers over HTTP, and the types of ASGI."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from callgate.attestation.enforcement.outcome import INVALID_REQUEST, Refused

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


async def send_refusal(
    send: Send, refused: Refused, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """The error, with the status and the challenge that belong to it."""
    body = json.dumps(refused.fields, separators=(",", ":")).encode()
    start: Headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *refused.headers,
        *headers,
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def send_error(
    send: Send, status: int, message: str, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """An error of HTTP, with a JSON-RPC error that belongs to no request."""
    await send_refusal(send, Refused(INVALID_REQUEST, message, None, status=status), headers)
