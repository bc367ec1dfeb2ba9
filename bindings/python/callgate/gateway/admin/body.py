"""Bodies of the operator API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from starlette.requests import Request

from callgate import CallgateError, canonicalize
from callgate.serving.bounds import OutOfBounds

MAX_BODY_BYTES: Final = 1 << 20
Types: TypeAlias = "Mapping[str, type | tuple[type, ...]]"


async def read_text(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body. Raises OutOfBounds."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            message = f"the body is larger than {limit} bytes"
            raise OutOfBounds("body_size", message)
        parts.append(part)
    return b"".join(parts)


async def read_object(
    request: Request, required: Types, optional: Types | None = None
) -> dict[str, Any]:
    """The body, as ``checked_object``."""
    return checked_object(await read_text(request), required, optional)


def checked_object(text: bytes, required: Types, optional: Types | None = None) -> dict[str, Any]:
    """A strict JSON object of these members, each of its type. Raises CallgateError."""
    types = {**required, **(optional or {})}
    # The strict parser: what is there twice, or malformed, is refused.
    members = json.loads(canonicalize(text))
    if not isinstance(members, dict):
        raise CallgateError("expected a JSON object", "INVALID_ARGUMENT")
    for name in required:
        if name not in members:
            raise CallgateError("a member is missing", "INVALID_ARGUMENT", name)
    for name, value in members.items():
        if name not in types:
            raise CallgateError("an unknown member", "INVALID_ARGUMENT", name[:64])
        wanted = types[name]
        # Exact: a boolean is an int in Python and no number in JSON.
        if type(value) not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            raise CallgateError("a member of another type", "INVALID_ARGUMENT", name)
    return members
