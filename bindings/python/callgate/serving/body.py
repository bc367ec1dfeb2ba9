"""json_body: what was sent, once all of it is there, is small, and says that it is JSON.

That is before anything looked into it.
"""

from __future__ import annotations

from typing import Final

from starlette.types import Message, Receive, Scope

from callgate.serving.bounds import Bound, OutOfBounds

# What of a body that is too long is still read, so that its sender gets to read the answer: many
# clients only do so after they have written everything. In multiples of the limit.
_DISCARDED: Final = 4


async def json_body(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """The whole body of a POST, of at most ``limit`` bytes; None: the caller went away.

    How long it may take is bounded by the connection (connection.py). Raises OutOfBounds.
    """
    _check_headers(scope)
    message = await receive()
    if message["type"] != "http.request":
        return None
    body: bytes = message.get("body", b"")
    if not message.get("more_body") and len(body) <= limit:
        return body
    return await _whole(message, receive, limit)


def received(body: bytes, receive: Receive) -> Receive:
    """``receive`` of a request whose body was taken from it: it is there at once."""
    first: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def body_first() -> Message:
        nonlocal first
        if first is None:
            return await receive()
        message, first = first, None
        return message

    return body_first


async def _whole(message: Message, receive: Receive, limit: int) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    while message["type"] == "http.request":
        size += len(message.get("body", b""))
        if size <= limit:
            parts.append(message["body"])
        else:
            parts.clear()
        if not message.get("more_body") or size > (1 + _DISCARDED) * limit:
            break
        message = await receive()
    else:
        return None
    if size > limit:
        text = f"the body is larger than {limit} bytes"
        raise OutOfBounds("body_size", text)
    return b"".join(parts)


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
            raise _unacceptable("content_encoding", message)
        elif name == b"origin":
            # Browsers send it with every POST, and no agent does. Of a page whose name was made to
            # mean this address (DNS rebinding) nothing else tells that it is a stranger's.
            raise _unacceptable("origin", "a page in a browser is not an agent")
    if types != 1:
        raise _unacceptable("content_type", "the Content-Type must be application/json")


def _unacceptable(bound: Bound, message: str) -> OutOfBounds:
    return OutOfBounds(bound, message, code_name="INVALID_ARGUMENT")


_CHARSETS: Final = (b"", b"charset=utf-8", b'charset="utf-8"')
