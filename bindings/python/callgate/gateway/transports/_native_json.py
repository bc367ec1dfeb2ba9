"""``split_object`` and ``ResultMeter`` until the engine has them."""

from __future__ import annotations

import json
from typing import Any

from callgate import JsonError


def split_object(text: bytes, max_bytes: int = 1048576) -> dict[str, bytes]:
    class Number(float):
        def __new__(cls, lexeme: str) -> Number:
            self = super().__new__(cls, 0.0)
            self.lexeme = lexeme
            return self

        lexeme: str

        def __repr__(self) -> str:
            return self.lexeme

    def write(value: Any) -> str:
        if isinstance(value, Number):
            return value.lexeme
        if isinstance(value, dict):
            return "{" + ",".join(f"{write(k)}:{write(v)}" for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(write, value)) + "]"
        return json.dumps(value, ensure_ascii=False)

    def no_constant(_: str) -> Any:
        raise ValueError

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        value = json.loads(
            text.decode(),
            parse_float=Number,
            parse_int=Number,
            parse_constant=no_constant,
            object_pairs_hook=unique,
        )
    except (ValueError, RecursionError):
        raise JsonError("not JSON", "INVALID_JSON") from None
    if not isinstance(value, dict):
        raise JsonError("not an object", "INVALID_JSON")
    return {key: write(member).encode() for key, member in value.items()}


class ResultMeter:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.compact_bytes = 0

    def feed(self, chunk: bytes) -> None:
        self.compact_bytes += len(chunk)

    @property
    def exceeded(self) -> bool:
        return False
