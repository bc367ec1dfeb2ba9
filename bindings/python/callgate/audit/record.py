"""JSON of anything: bounded, exact or marked, and always something that can be written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from callgate import CallgateError
from callgate._native import flat_object
from callgate.audit.canonical import canonical

# Half a line: what is longer is left out, so that every line can be read back.
MAX_FIELDS: Final = 512 << 10
MAX_TEXT: Final = 2048
MAX_ITEMS: Final = 256
MAX_DEPTH: Final = 32
_EXACT: Final = 2**53 - 1


class Verbatim(str):
    """A text that is not cut: it is bounded where it was made."""

    __slots__ = ()


def fields_text(fields: Mapping[str, Any]) -> bytes:
    """RFC 8785 text of the fields that are not None. Never fails on what an attacker sent.

    Fields that are too much in all are left out, the longest first, and named in ``left_out``.
    """
    present = {name: value for name, value in fields.items() if value is not None}
    # Most fields are short texts, to which nothing has to be done.
    flat = flat_object(present, MAX_TEXT)
    if flat is not None and len(flat) <= MAX_FIELDS:
        return flat
    value = {name: plain(value) for name, value in present.items()}
    text = _canonical(value)
    while text is None:
        longest = max(value, key=lambda name: (name != "left_out", len(json.dumps(value[name]))))
        left = json.dumps(value.pop(longest)).encode()
        note = {"bytes": len(left), "sha256": hashlib.sha256(left).hexdigest()}
        value.setdefault("left_out", {})[longest] = note
        text = _canonical(value)
    return text


def _canonical(value: dict[str, Any]) -> bytes | None:
    try:
        text = canonical(value)
    except CallgateError:
        return None  # more than the engine reads at once
    return text if len(text) <= MAX_FIELDS else None


def plain(value: Any, depth: int = 0) -> Any:
    """The value, with numbers that RFC 8785 would change as texts, and what is too long cut off."""
    if isinstance(value, str):
        if len(value) <= MAX_TEXT and value.isascii():
            return value
        return str(value) if isinstance(value, Verbatim) else cut_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_EXACT <= value <= _EXACT else cut_text(hex(value))
    if isinstance(value, float):
        return value if abs(value) <= _EXACT else repr(value)
    if depth == MAX_DEPTH:
        return "… (too deep)"
    if isinstance(value, Mapping):
        items = _first(value.items(), ("…", f"{len(value) - MAX_ITEMS} more"))
        return {cut_text(str(name)): plain(item, depth + 1) for name, item in items}
    if isinstance(value, list | tuple):
        rest = f"… ({len(value) - MAX_ITEMS} more)"
        return [plain(item, depth + 1) for item in _first(value, rest)]
    raise TypeError(f"an audit line cannot hold {type(value).__name__}")


def cut_text(value: str, limit: int = MAX_TEXT) -> str:
    """Unicode that can be encoded: at most ``limit`` characters, and how many are missing."""
    if not value.isascii():
        value = value.encode("utf-8", "backslashreplace").decode()
    return value if len(value) <= limit else f"{value[:limit]}… ({len(value) - limit} more)"


def _first(items: Iterable[Any], rest: Any) -> Iterable[Any]:
    for count, item in enumerate(items):
        if count == MAX_ITEMS:
            yield rest
            return
        yield item
