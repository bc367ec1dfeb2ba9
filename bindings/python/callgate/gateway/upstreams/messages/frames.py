"""Reads one JSON-RPC message that a server sent, and writes the answers to its requests."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from callgate import JsonError
from callgate._native import split_object
from callgate.gateway.upstreams.messages.raw_json import compact, object_member

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
    """Strict. JsonError: not one JSON object, or no JSON-RPC message of any kind."""
    message = bytes(message)
    members = split_object(message, max_bytes=max(len(message), 1))
    request_id = members.get("id")
    if request_id is not None and not _is_id(request_id):
        raise JsonError("the id is neither a string nor an integer", "INVALID_JSON")
    method = members.get("method")
    if method is not None:
        if not method.startswith(b'"') or members.get("jsonrpc") != b'"2.0"':
            raise JsonError("the method is not a string", "INVALID_JSON")
        return Frame(id=request_id, method=json.loads(method), params=members.get("params"))
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
        written = compact(object_member(message, "result"))
        return Frame(id=request_id, result=written, size=len(result))
    assert error is not None
    written = compact(object_member(message, "error"))
    return Frame(id=request_id, error=written, size=len(error))


def answer_to(frame: Frame) -> bytes:
    """What a server's own request gets: a ping its pong, all else "Method not found"."""
    assert frame.id is not None
    if frame.method == "ping":
        return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (frame.id, EMPTY)
    return b'{"jsonrpc":"2.0","id":%b,"error":%b}' % (frame.id, METHOD_NOT_FOUND)


def _is_id(value: bytes) -> bool:
    return value.startswith(b'"') or value == b"null" or _INTEGER.fullmatch(value) is not None


def _is_error(value: bytes) -> bool:
    if not value.startswith(b"{"):
        return False
    members = split_object(value, max_bytes=len(value))
    return _INTEGER.fullmatch(members.get("code", b"")) is not None and members.get(
        "message", b""
    ).startswith(b'"')
