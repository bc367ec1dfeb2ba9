"""What a function that reads a resource may return on mcp 2.x: as on 1.x."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import mcp_types as types

Contents = types.TextResourceContents | types.BlobResourceContents


def read_result(uri: str, returned: Any) -> types.ReadResourceResult:
    """Text, bytes, or an iterable of ReadResourceContents. Raises TypeError for anything else."""
    if isinstance(returned, types.ReadResourceResult):
        return returned
    if isinstance(returned, (str, bytes)):
        return types.ReadResourceResult(contents=[_contents(uri, returned, None)])
    if isinstance(returned, Iterable):
        contents = [_contents(uri, one.content, one.mime_type) for one in returned]
        return types.ReadResourceResult(contents=contents)
    raise TypeError(f"a resource is str, bytes or contents, not {type(returned).__name__}")


def _contents(uri: str, content: str | bytes, mime_type: str | None) -> Contents:
    if isinstance(content, str):
        return types.TextResourceContents(
            uri=uri, text=content, mime_type=mime_type or "text/plain"
        )
    blob = base64.b64encode(content).decode()
    return types.BlobResourceContents(
        uri=uri, blob=blob, mime_type=mime_type or "application/octet-stream"
    )
