"""Top-level members of a JSON object, each as the compact text that it had. No verdict rests on it.

A stand-in for the engine's ``split_object``.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
# A string as it is, or white space between tokens.
_COMPACT: Final = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\n\r]+')
_decode = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode


def split_object(data: bytes) -> dict[str, bytes]:
    """Raises ValueError for what is no JSON object."""
    text = data.decode()
    members: dict[str, bytes] = {}
    at = _expect(text, _skip(text, 0), "{")
    if text[at : at + 1] == "}":
        return members
    while True:
        name, at = scanstring(text, _expect(text, at, '"', skip=False), True)
        start = _expect(text, _skip(text, at), ":")
        try:
            _, at = _decode(text, start)
        except RecursionError:
            raise ValueError("nested too deeply") from None
        members[name] = _COMPACT.sub(r"\1", text[start:at]).encode()
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            return members
        at = _expect(text, at, ",")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()


def _expect(text: str, at: int, character: str, *, skip: bool = True) -> int:
    if text[at : at + 1] != character:
        raise ValueError(f"expected {character} at {at}")
    return _skip(text, at + 1) if skip else at + 1
