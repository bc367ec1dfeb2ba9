"""Cuts JSON that the engine's parser has accepted, so that members stay in their order and as
they were written. Undefined for anything else.
"""

from __future__ import annotations

import json
import re

_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_BRACKETS = re.compile(_STRING + rb"|[{}\[\]]", re.DOTALL)
_MARKS = re.compile(_STRING + rb"|[{}\[\],:]", re.DOTALL)
_STRING_OR_SPACE = re.compile(rb"(" + _STRING + rb")|[ \t\r\n]+", re.DOTALL)


def compact(text: bytes) -> bytes:
    """Without white space outside strings; all else as it was written."""
    return _STRING_OR_SPACE.sub(rb"\1", text)


def object_member(text: bytes, name: str) -> bytes:
    """The member of the object ``text`` that has this name and is an object."""
    depth = 0
    start = -1
    key = b""
    for token in _BRACKETS.finditer(text):
        mark = text[token.start()]
        if mark == 0x22:
            if depth == 1:
                key = token.group()
        elif mark in b"{[":
            if depth == 1 and mark == 0x7B and json.loads(key) == name:
                start = token.start()
            depth += 1
        else:
            depth -= 1
            if depth == 1 and start >= 0:
                return text[start : token.end()]
    raise KeyError(name)


def members(text: bytes) -> dict[str, bytes]:
    """The members of a compact object, in their order."""
    found: dict[str, bytes] = {}
    for item in elements(text):
        key = _MARKS.match(item)
        assert key is not None
        found[json.loads(key.group())] = item[key.end() + 1 :]
    return found


def elements(text: bytes) -> list[bytes]:
    """The elements of a compact array, or the members of a compact object with their keys."""
    if len(text) == 2:
        return []
    found: list[bytes] = []
    depth = 0
    start = 1
    for token in _MARKS.finditer(text):
        mark = text[token.start()]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
        elif mark == 0x2C and depth == 1:
            found.append(text[start : token.start()])
            start = token.end()
    found.append(text[start:-1])
    return found
