"""Python values as the JSON text that is signed and sent, and what other readers make of it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from callgate.smcp.errors import PayloadError

# The engine's own bound is 64 (docs/limits.md); the envelope and the request take four of it.
MAX_DEPTH: Final = 60
MAX_SAFE_INTEGER: Final = 2**53 - 1
# Below it Python writes an exponent where JavaScript writes digits.
MIN_SAFE_FRACTION: Final = 1e-4

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def payload_text(payload: Mapping[str, Any], *, strict_interop: bool = False) -> bytes:
    """Compact UTF-8 JSON: integral floats as integers, everything else as Python writes it.

    ``strict_interop`` refuses what the published SDKs of other languages would write differently:
    integers beyond ±(2^53 - 1), fractions below 1e-4, and objects whose keys mix characters above
    U+FFFF with U+E000 to U+FFFF. Raises PayloadError for those, and always for what JSON does not
    have: NaN, infinities, lone surrogates, keys that are not strings, unknown types, cycles.
    """
    if not isinstance(payload, Mapping):
        raise _error(f"expected a mapping, not {type(payload).__name__}")
    return text_of(_normal(payload, "", 0, strict_interop))


def as_written(payload: Mapping[str, Any]) -> bytes:
    """As ``payload_text``, but integral floats stay as Python writes them."""
    if not isinstance(payload, Mapping):
        raise _error(f"expected a mapping, not {type(payload).__name__}")
    _normal(payload, "", 0, False)  # refuses what JSON does not have
    return text_of(payload if isinstance(payload, dict) else dict(payload))


def text_of(value: object) -> bytes:
    """The text of a value that JSON has."""
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:
        raise _error("a string holds a lone surrogate, which is no Unicode text") from None


def _normal(value: object, place: str, depth: int, strict: bool) -> object:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return _integer(int(value), place, strict)
    if isinstance(value, float):
        return _number(float(value), place, strict)
    if depth >= MAX_DEPTH:
        raise _error(f"{place or 'the payload'} is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, Mapping):
        if strict:
            _refuse_ambiguous_order(value, place)
        return {
            _key(key, place): _normal(item, f"{place}/{key}", depth + 1, strict)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_normal(item, f"{place}/{n}", depth + 1, strict) for n, item in enumerate(value)]
    raise _error(f"{_at(place)} is {type(value).__name__}, which JSON does not have")


def _key(key: object, place: str) -> str:
    # Python's encoder would write 1, True and None as "1", "true" and "null", after sorting them
    # as what they were.
    if not isinstance(key, str):
        raise _error(f"{_at(place)} has a key that is {type(key).__name__}; keys must be str")
    return key


def _integer(value: int, place: str, strict: bool) -> int:
    if strict and abs(value) > MAX_SAFE_INTEGER:
        raise _error(f"{_at(place)} is an integer beyond ±(2^53 - 1)")
    return value


def _number(value: float, place: str, strict: bool) -> int | float:
    if not math.isfinite(value):
        raise _error(f"{_at(place)} is {value}, which JSON does not have")
    if value.is_integer():
        return _integer(int(value), place, strict)
    if strict and abs(value) < MIN_SAFE_FRACTION:
        raise _error(f"{_at(place)} is a fraction below 1e-4, which languages write differently")
    return value


def _refuse_ambiguous_order(value: Mapping[Any, Any], place: str) -> None:
    text = "".join(key for key in value if isinstance(key, str))
    if any(c > "\uffff" for c in text) and any("\ue000" <= c <= "\uffff" for c in text):
        raise _error(f"{_at(place)} has keys that languages sort differently")


def _at(place: str) -> str:
    # The place is the caller's own data; a bound keeps messages readable.
    return place if 0 < len(place) <= 200 else "a value"


def _error(message: str) -> PayloadError:
    text = message.encode("utf-8", "backslashreplace").decode()
    return PayloadError(text)
