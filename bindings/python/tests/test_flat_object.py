"""flat_object writes what canonicalize would, or nothing at all."""

from __future__ import annotations

import json
import random
from typing import Any

import callgate
import pytest
from callgate._native import flat_object

EXACT = 2**53 - 1


class Text(str):
    """Not cut, however long."""


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"b": 1, "a": "x", "c": True, "B": False, "_": None},
        {"a": 'quote " backslash \\ slash / break \n\r\t\b\f nul \0 unit \x1f delete \x7f'},
        {"a": "é \u2028 \U0001f600 \ue000", "b": ""},
        {"a": EXACT, "b": -EXACT, "c": 0},
        {"a": 1.5, "b": -0.0, "c": 5.0, "d": 1e-7, "e": 0.00001, "f": 1e15, "g": 0.001},
        {"a": Text("x" * 100)},
    ],
)
def test_it_is_the_canonical_form(fields: dict[str, Any]) -> None:
    text = json.dumps(fields, ensure_ascii=False)
    assert flat_object(fields) == callgate.canonicalize(text)


def test_any_flat_object_has_its_canonical_form() -> None:
    rng = random.Random(8785)
    for _ in range(500):
        fields: dict[str, Any] = {}
        for _ in range(rng.randrange(12)):
            key = "".join(chr(rng.randrange(128)) for _ in range(rng.randrange(6)))
            text = "".join(chr(rng.choice([rng.randrange(256), 0x1F600])) for _ in range(9))
            number = rng.choice([rng.uniform(-1, 1) * 10.0 ** rng.randrange(-30, 15)])
            fields[key] = rng.choice([text, number, rng.randrange(-EXACT, EXACT), None, True])
        text = json.dumps(fields, ensure_ascii=False)
        assert flat_object(fields) == callgate.canonicalize(text), fields


@pytest.mark.parametrize(
    "value",
    [
        *([], {}, (), b"bytes", object()),
        *(EXACT + 1, -EXACT - 1, 2**70, float("nan"), float("inf"), 1e16, 1e300),
        *("\ud800", "a\udfff"),
    ],
)
def test_what_it_does_not_write_exactly_it_leaves(value: object) -> None:
    assert flat_object({"a": 1, "b": value}) is None


@pytest.mark.parametrize("key", ["é", "\U0001f600", "\ud800", Text("a"), 1, None])
def test_keys_that_are_not_plain_ascii_are_left(key: Any) -> None:
    assert flat_object({key: 1}) is None
