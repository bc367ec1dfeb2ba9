"""Strict JSON objects, member by member: ``callgate._native.split_object`` in plain Python.

Goes as soon as the engine has it. Refuses duplicate keys at any depth, NaN and infinities, numbers
that a double cannot hold, invalid UTF-8 and text after the value.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from callgate import JsonError

_SPACE = re.compile(r"[ \t\r\n]*")


def split_object(text: bytes, max_bytes: int = 1 << 20) -> dict[str, bytes]:
    """The members of one JSON object, each as it was written. Raises JsonError."""
    if len(text) > max_bytes:
        raise JsonError(f"larger than {max_bytes} bytes", "LIMIT_EXCEEDED")
    try:
        string = text.decode()
        if not isinstance(_DECODER.decode(string), dict):
            raise _refusal("expected an object")
        members: dict[str, bytes] = {}
        at = _skip(string, _skip(string, 0) + 1)
        while string[at] != "}":
            key, at = _DECODER.raw_decode(string, at)
            start = _skip(string, _skip(string, at) + 1)
            _, at = _DECODER.raw_decode(string, start)
            members[key] = string[start:at].encode()
            at = _skip(string, at)
            if string[at] == ",":
                at = _skip(string, at + 1)
    except (ValueError, RecursionError) as error:
        raise _refusal("not strict JSON") from error
    return members


def _skip(string: str, at: int) -> int:
    found = _SPACE.match(string, at)
    return found.end() if found else at


def _refusal(message: str) -> JsonError:
    return JsonError(message, "INVALID_JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("duplicate key")
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("out of range")
    return value


def _constant(text: str) -> NoReturn:
    raise ValueError(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_constant
)
