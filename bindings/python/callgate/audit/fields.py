"""fields_text: the fields of a line from whatever Python values they have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from callgate._native import audit_fields

_EXACT: Final = 2**53 - 1
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def fields_text(fields: Mapping[str, Any]) -> bytes:
    """RFC 8785 text of the fields that are not None. Never fails on what an attacker sent.

    What is too long is cut off, and what is too much in all is named in ``left_out``.
    """
    present = {name: _plain(value) for name, value in fields.items() if value is not None}
    return audit_fields(_encode(present).encode())


def _plain(value: Any) -> Any:
    """The value in what JSON has: what it does not have is a text."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_EXACT <= value <= _EXACT else hex(value)
    if isinstance(value, float):
        return value if abs(value) <= _EXACT else repr(value)
    if isinstance(value, Mapping):
        return {_plain(str(name)): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"an audit line cannot hold {type(value).__name__}")
