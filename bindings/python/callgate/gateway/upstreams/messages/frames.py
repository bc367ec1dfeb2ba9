"""Reads one JSON-RPC message that a server sent, and writes the answers to its requests."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from callgate import JsonError
from callgate._native import compact_text, find_members
from callgate.gateway.upstreams.messages.exchange import quoted

_MEMBERS: Final = ("jsonrpc", "id", "method", "params", "result", "error")
_INTEGER = re.compile(rb"-?[0-9]{1,18}")
METHOD_NOT_FOUND = b'{"code":-32601,"message":"Method not found"}'
EMPTY = b"{}"


@dataclass(frozen=True, slots=True)
class Frame:
    """A message: a request (method and id), a notification (method), or a response (id).

    ``id`` is as it was written, so ``7`` and ``"7"`` differ; ``result`` and ``error`` are as they
    were written but for white space, and ``size`` is what limits count: their bytes with every
    string written in its shortest form. A response whose members are not what they must be has
    ``invalid`` set and neither.
    """

    id: bytes | None = None
    method: str | None = None
    params: bytes | None = None
    result: bytes | None = None
    error: bytes | None = None
    size: int = 0
    invalid: bool = False


def read_frame(message: bytes | bytearray) -> Frame:
    """What the members hold is the server's affair, however deep and long it is.

    JsonError: not one JSON object, one of its own members twice, or no JSON-RPC message of any
    kind.
    """
    message = bytes(message)
    places = find_members(message, _MEMBERS)
    members = {name: message[begin:end] for name, (begin, end, _) in places.items()}
    request_id = None if "id" not in members else _id(members["id"])
    method = members.get("method")
    if method is not None:
        if not method.startswith(b'"') or members.get("jsonrpc") != b'"2.0"':
            raise JsonError("the method is not a string", "INVALID_JSON")
        params = None if "params" not in members else compact_text(members["params"])
        return Frame(id=request_id, method=json.loads(method), params=params)
    if request_id is None:
        raise JsonError("neither a method nor an id", "INVALID_JSON")
    result, error = members.get("result"), members.get("error")
    valid = (
        members.get("jsonrpc") == b'"2.0"'
        and (result is None) != (error is None)
        and (result is None or result.startswith(b"{"))
        and (error is None or _is_error(error))
    )
    if not valid:
        return Frame(id=request_id, invalid=True)
    if result is not None:
        return Frame(id=request_id, result=compact_text(result), size=places["result"][2])
    assert error is not None
    return Frame(id=request_id, error=compact_text(error), size=places["error"][2])


def answer_to(frame: Frame) -> bytes:
    """What a server's own request gets: a ping its pong, all else "Method not found"."""
    assert frame.id is not None
    if frame.method == "ping":
        return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (frame.id, EMPTY)
    return b'{"jsonrpc":"2.0","id":%b,"error":%b}' % (frame.id, METHOD_NOT_FOUND)


def _id(value: bytes) -> bytes:
    if value.startswith(b'"'):
        # Spelled as the gateway spells its own, so that they can be compared.
        return quoted(json.loads(value)) if b"\\" in value else value
    if value != b"null" and _INTEGER.fullmatch(value) is None:
        raise JsonError("the id is neither a string nor an integer", "INVALID_JSON")
    return value


def _is_error(value: bytes) -> bool:
    try:
        places = find_members(value, ("code", "message"))
    except JsonError:
        return False
    code, message = (value[slice(*places.get(name, (0, 0))[:2])] for name in ("code", "message"))
    return _INTEGER.fullmatch(code) is not None and message.startswith(b'"')
