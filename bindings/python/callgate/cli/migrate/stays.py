"""Why something is not migrated, and the comment that says so."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import TextWrapper
from typing import Final

from callgate.cli.skeleton.comment import shown

_MARK: Final = "# stays in the short form: "
_CONTINUED: Final = "#   "
# Indented as a capability is in a list of contexts, a line ends within 100 columns.
_LINES: Final = TextWrapper(
    width=94, subsequent_indent=_CONTINUED, break_long_words=False, break_on_hyphens=False
)


class Stays(Exception):
    """A capability stays in the short form; the message says why."""


def note_of(reason: str) -> list[str]:
    """The lines of the comment. A word that is longer than a line, such as a call, is not cut."""
    return _LINES.wrap(_MARK + shown(reason, length=len(reason)))


def without_note(lines: Sequence[str]) -> list[str]:
    """Comments without those that an earlier run wrote."""
    kept: list[str] = []
    in_note = False
    for line in lines:
        in_note = line.startswith(_MARK) or (in_note and line.startswith(_CONTINUED))
        if not in_note:
            kept.append(line)
    return kept
