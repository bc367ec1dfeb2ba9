"""Trace ids: one that names a request in the audit, in the log and, if it came with one, before."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Final

from starlette.types import Scope

# W3C Trace Context, section 3.2.2: later versions may append, version ff is invalid.
_TRACEPARENT: Final = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)
_LONGEST: Final = 256
# An id is no secret: it must be unique, so it costs no system call. 0 would be no trace id.
_bits: Final = random.Random().getrandbits


def give_trace_id(scope: Scope) -> None:
    """Takes the trace id of a well-formed ``traceparent``, else makes one."""
    scope["callgate.trace_id"] = _received(scope) or f"{_bits(128) or 1:032x}"


def trace_id(scope: Scope) -> str:
    """32 lower-case hexadecimal digits."""
    value: str = scope["callgate.trace_id"]
    return value


def trace_id_given(scope: Mapping[str, object]) -> str | None:
    """The same, of a request that may not have got so far."""
    value = scope.get("callgate.trace_id")
    return value if isinstance(value, str) else None


def _received(scope: Scope) -> str | None:
    found = [value for name, value in scope["headers"] if name == b"traceparent"]
    if len(found) != 1 or len(found[0]) > _LONGEST:
        return None
    match = _TRACEPARENT.fullmatch(found[0])
    if match is None or (found[0][:2] == b"00" and len(found[0]) != 55):
        return None
    return match[1].decode()
