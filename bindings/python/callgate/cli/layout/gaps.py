"""What stands between the tokens of a YAML text: comments, and empty lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import yaml

_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Without the types of scalars; of libyaml where PyYAML has it: the same marks, far sooner."""
BLOCK_TEXT: Final = re.compile(r"[|>][^ #\r\n]*[ \t]*(#[^\r\n]*)?")
"""The first line of a text in block style, and its comment."""


@dataclass(frozen=True)
class Gap:
    """Ends at the token ``following``. ``trailing`` is the comment of the line it begins in,
    ``lines`` are those below, comments with their columns, or empty.
    """

    index: int
    line: int
    trailing: str
    lines: tuple[tuple[int, str], ...]
    following: Any


def gaps_of(text: str, tokens: Sequence[Any]) -> Iterator[Gap]:
    """Those with a comment or an empty line."""
    end, line = 0, 0
    is_behind_text = False
    for token in tokens:
        if isinstance(token, yaml.BlockEndToken):
            continue  # of no text: what follows matters
        start = token.start_mark.index
        between = text[end:start]
        begins_line = end == 0 or text[end - 1] == "\n"  # behind a block text
        is_behind_empty_line = is_behind_text and text[end - 2 : end] == "\n\n"
        is_behind_text = False
        if "#" in between or between.count("\n") > 1 or is_behind_empty_line:
            first, *rest = between.split("\n")
            if begins_line:
                first, rest = "", [*[""] * is_behind_empty_line, first, *rest]
            lines = tuple(_once([(one.find("#"), one.strip()) for one in rest[:-1]]))
            if first.strip() or lines:
                yield Gap(end, line, first.strip(), lines, token)
        if token.end_mark.index > end:
            end, line = token.end_mark.index, token.end_mark.line
            is_behind_text = isinstance(token, yaml.ScalarToken) and token.style in ("|", ">")


def _once(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """One of several empty lines."""
    for number, line in enumerate(lines):
        if line[1] or number == 0 or lines[number - 1][1]:
            yield line


@lru_cache(maxsize=2)  # of a text and its layout, which are asked for twice
def tokens_of(text: str) -> tuple[Any, ...]:
    """Raises yaml.YAMLError."""
    return tuple(yaml.scan(text, Loader=_LOADER))


@lru_cache(maxsize=2)
def roots_of(text: str) -> tuple[yaml.Node, ...]:
    """Of each document. Raises yaml.YAMLError."""
    return tuple(yaml.compose_all(text, Loader=_LOADER))


def comments_of(text: str) -> list[str]:
    """Every comment of a text, sorted."""
    tokens = tokens_of(text)
    found: list[str] = []
    for gap in gaps_of(text, tokens):
        found += [gap.trailing, *(line for _, line in gap.lines)]
    found += [
        (header[1] or "").rstrip()
        for token in tokens
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">")
        if (header := BLOCK_TEXT.match(text, token.start_mark.index))
    ]
    return sorted(filter(None, found))
