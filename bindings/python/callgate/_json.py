"""Python values as JSON text, for the parameters that take either."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_MAX_VALUES: Final = 2**24
"""Of any text, results of tools too. What the engine takes is bounded by ``Limits``."""
_MAX_DEPTH: Final = 1000
_TOO_DEEP: Final = "the value is nested too deeply for JSON"


def encode_object(value: object, name: str) -> bytes:
    """As ``encode``, for a parameter that takes a mapping or JSON text."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping or JSON text, not {type(value).__name__}")
    return encode(value if isinstance(value, dict) else dict(value))


def encode(value: object) -> bytes:
    """Compact UTF-8 JSON. TypeError for what JSON does not have, ValueError for NaN, cycles and
    what is too large.
    """
    if isinstance(value, (dict, list, tuple)):
        _check(value)
    try:
        text = _encode(value)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    try:
        return text.encode()
    except UnicodeEncodeError:
        message = "a string holds a lone surrogate, which is no Unicode text"
        raise TypeError(message) from None


def _check(value: object) -> None:
    # The encoder would write the keys 1, True and None as "1", "true" and "null". A few values
    # that stand in several places each can describe a text of any size.
    level: list[object] = [value]
    count = 1
    for _ in range(_MAX_DEPTH):
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                for key in one:
                    if not isinstance(key, str):
                        raise TypeError(f"keys must be str, not {type(key).__name__}")
            elif not isinstance(one, (list, tuple)):
                continue
            count += len(one)
            if count > _MAX_VALUES:
                raise ValueError(f"there are more than {_MAX_VALUES} values")
            below.extend(one.values() if isinstance(one, dict) else one)
        if not below:
            return
        level = below
    raise ValueError(_TOO_DEEP)
