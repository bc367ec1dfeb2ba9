"""A server's own words, on one line of printable characters."""

from __future__ import annotations

from typing import Final

MAX_LENGTH: Final = 88


def shown(text: str, *, length: int = MAX_LENGTH) -> str:
    """The text, bounded. What could end a line, or turn its direction, becomes a space."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def comment(text: str) -> str:
    """The text behind a ``#``."""
    return f"# {shown(text)}"


def first_sentence(text: str) -> str:
    """Of a description."""
    return shown(text.strip().partition("\n")[0].partition(". ")[0].removesuffix("."))
