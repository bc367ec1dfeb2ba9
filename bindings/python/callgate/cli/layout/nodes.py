"""A YAML document as a tree that has its comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

# What every YAML parser takes for a string, wherever it stands.
_PLAIN: Final = re.compile(r"[A-Za-z/_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_OTHER_WORDS: Final = frozenset(("true", "false", "null", "yes", "no", "on", "off"))


@dataclass
class Scalar:
    """``style`` is None where plain, ``"`` where quoted, ``|`` or ``>`` for lines of ``source``."""

    text: str
    style: str | None = None
    source: tuple[str, ...] = ()


@dataclass
class Item:
    """What a collection holds. ``before`` are lines: comments, and "" for an empty line."""

    value: Node
    key: Scalar | None = None
    before: list[str] = field(default_factory=list)
    after: str = ""


@dataclass
class Collection:
    """A mapping, of which each item has a key, or a list. ``flow``: on one line, if it fits."""

    mapping: bool
    flow: bool
    items: list[Item] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)


Node: TypeAlias = Scalar | Collection


def scalar(value: str | bool | int | float) -> Scalar:
    """The scalar of a JSON value, quoted where it has to be."""
    if not isinstance(value, str):
        return Scalar(json.dumps(value))
    plain = _PLAIN.fullmatch(value) is not None and value.lower() not in _OTHER_WORDS
    return Scalar(value, None if plain else '"')


def node(value: object) -> Node:
    """What JSON has, in flow style; a Node in it stays as it is."""
    if isinstance(value, Scalar | Collection):
        return value
    if isinstance(value, Mapping):
        items = [Item(node(member), scalar(key)) for key, member in value.items()]
        return Collection(mapping=True, flow=True, items=items)
    if isinstance(value, str | bool | int | float):
        return scalar(value)
    assert isinstance(value, Iterable), value
    return Collection(mapping=False, flow=True, items=[Item(node(one)) for one in value])
