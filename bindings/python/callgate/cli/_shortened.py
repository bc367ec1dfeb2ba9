"""Long JSON in one line of text."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

_MOST_EQUAL = 4
_MOST_CHARACTERS = 200


class _Lexeme(str):
    """A number as it is written."""

    __slots__ = ()


def shortened(text: bytes) -> str:
    """JSON as it is, but for long texts and for runs of equal elements, which it counts."""
    value = json.loads(text, parse_int=_Lexeme, parse_float=_Lexeme)
    return _written(value)


def _written(value: Any) -> str:
    if isinstance(value, _Lexeme):
        return str(value)
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{_written(key)}:{_written(one)}" for key, one in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(_elements(value)) + "]"
    if isinstance(value, str) and len(value) > _MOST_CHARACTERS:
        begin = _quoted(value[:_MOST_CHARACTERS])
        return f'{begin[:-1]}…" ({len(value)} characters)'
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    # Half a surrogate pair has no UTF-8: it stays an escape.
    half = any("\ud800" <= character <= "\udfff" for character in text)
    return json.dumps(text, ensure_ascii=half)


def _elements(values: list[Any]) -> list[str]:
    parts: list[str] = []
    for text, run in groupby(map(_written, values)):
        count = len(list(run))
        shown = count if count <= _MOST_EQUAL else 1
        parts.extend([text] * shown)
        if shown < count:
            parts.append(f"… {count} of these")
    return parts
