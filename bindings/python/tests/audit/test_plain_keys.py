"""plain_keys: the keys of a JSON text, unless redaction has to look at what it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from callgate._native import plain_keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (b"", b""),
        (b"{}", b""),
        (b'"a:"', b""),
        (b'{"a":1}', b'a"'),
        (b'{"a" \t\r\n: "b" }', b'a"'),
        (b'{"a":{"b":["c",{"d":"e"}]},"":"}"}', b'a"b"d""'),
        ('{"ключ":"\u2028:"}'.encode(), 'ключ"'.encode()),
        (b'{"a":"e","b":"-----","c":"bear","d":"basi","e":"ey"}', b'a"b"c"d"e"'),
    ],
)
def test_keys_are_the_strings_before_a_colon(text: bytes, keys: bytes) -> None:
    assert plain_keys(text) == keys


@pytest.mark.parametrize(
    "value",
    ["eyJ", "EYj", "x bearer", "BASIC", "-----BEGIN", "-----begin", "\u017f", "\u0131", "\u0130"],
)
@pytest.mark.parametrize("place", ["key", "value"])
def test_what_a_secret_begins_with_is_looked_at(value: str, place: str) -> None:
    members = {value: 1} if place == "key" else {"a": ["b", value]}
    assert plain_keys(json.dumps(members, ensure_ascii=False).encode()) is None


@pytest.mark.parametrize("text", [rb'{"p\u0061ssword":1}', rb'{"a":"\""}', b"\\"])
def test_escapes_are_looked_at(text: bytes) -> None:
    assert plain_keys(text) is None


def test_only_bytes_are_looked_through() -> None:
    untyped: Any = plain_keys
    with pytest.raises(TypeError):
        untyped("{}")
