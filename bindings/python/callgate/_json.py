"""Python values as JSON text, for the parameters that take either."""

from __future__ import annotations

import json
from collections.abc import Mapping

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def encode_object(value: object, name: str) -> bytes:
    """As ``encode``, for a parameter that takes a mapping or JSON text."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping or JSON text, not {type(value).__name__}")
    return encode(value if isinstance(value, dict) else dict(value))


def encode(value: object) -> bytes:
    """Compact UTF-8 JSON. TypeError for what JSON does not have, ValueError for NaN and cycles."""
    try:
        text = _encode(value)
    except RecursionError:
        raise ValueError("the value is nested too deeply for JSON") from None
    _refuse_other_keys(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        message = "a string holds a lone surrogate, which is no Unicode text"
        raise TypeError(message) from None


def _refuse_other_keys(value: object) -> None:
    # The encoder would write 1, True and None as "1", "true" and "null". It has also made sure
    # that there is no cycle.
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise TypeError(f"keys must be str, not {type(key).__name__}")
            pending.extend(value.values())
        elif isinstance(value, (list, tuple)):
            pending.extend(value)
