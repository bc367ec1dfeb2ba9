"""JsonBodies: hands a request on once its whole body is there, is small, and says it is JSON."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callgate.gateway.refusal import Refusal

# What of a body that is too long is still read, so that its sender gets to read the answer: many
# clients only do so after they have written everything. In multiples of the limit.
_DISCARDED: Final = 4


class JsonBodies:
    """For POST: the routes behind it get the body as one message, before anything looked into it.

    ``limit`` is in bytes. How long a body may take is bounded by the connection (connection.py).
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        _check_headers(scope)
        message = await receive()
        if message.get("more_body") or len(message.get("body", b"")) > self.limit:
            message = await self._whole(message, receive)
        if message["type"] != "http.request":
            return  # The caller went away: there is nobody to answer.
        first: Message | None = message

        async def whole_body() -> Message:
            nonlocal first
            if first is None:
                return await receive()
            message, first = first, None
            return message

        await self.app(scope, whole_body, send)

    async def _whole(self, message: Message, receive: Receive) -> Message:
        parts: list[bytes] = []
        size = 0
        while message["type"] == "http.request":
            size += len(message.get("body", b""))
            if size <= self.limit:
                parts.append(message["body"])
            else:
                parts.clear()
            if not message.get("more_body") or size > (1 + _DISCARDED) * self.limit:
                break
            message = await receive()
        else:
            return message
        if size > self.limit:
            limit = f"the body is larger than {self.limit} bytes"
            raise Refusal("LIMIT_EXCEEDED", limit, dispatched=False, status=413)
        return {"type": "http.request", "body": b"".join(parts), "more_body": False}


def _check_headers(scope: Scope) -> None:
    types = 0
    for name, value in scope["headers"]:
        if name == b"content-type":
            types += 1
            kind, _, parameters = value.partition(b";")
            charset = parameters.strip().lower()
            if kind.strip().lower() != b"application/json" or charset not in _CHARSETS:
                types = -1
                break
        elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            message = "a compressed body is not accepted"
            raise Refusal("INVALID_ARGUMENT", message, dispatched=False, status=415)
        elif name == b"origin":
            # Browsers send it with every POST, and no agent does. Of a page whose name was made to
            # mean this address (DNS rebinding) nothing else tells that it is a stranger's.
            message = "a page in a browser is not an agent"
            raise Refusal("INVALID_ARGUMENT", message, dispatched=False, status=403)
    if types != 1:
        message = "the Content-Type must be application/json"
        raise Refusal("INVALID_ARGUMENT", message, dispatched=False, status=415)


_CHARSETS: Final = (b"", b"charset=utf-8", b'charset="utf-8"')
