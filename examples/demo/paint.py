"""Colours where a terminal is, plain text where not, and the lines of one call."""

from __future__ import annotations

import os
import sys
import textwrap

COLORED = sys.stdout.isatty() and "NO_COLOR" not in os.environ
GREEN, RED, BOLD = "32", "31", "1"
COLUMNS = 100
VERDICT = len("TOOL_EXPLICITLY_DENIED")  # the longest


def paint(text: str, color: str) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if COLORED else text


def say(text: str = "") -> None:
    print(text, flush=True)


def say_call(verdict: str, call: str, why: str = "") -> None:
    """The verdict and the call, and below the call why, or what the tool answered."""
    color = GREEN if verdict == "ALLOW" else RED
    indent = " " * (2 + VERDICT + 2)
    say(f"  {paint(f'{verdict:{VERDICT}}', color)}  {call}")
    for line in textwrap.wrap(
        why, COLUMNS - len(indent), break_on_hyphens=False, break_long_words=False
    ):
        say(f"{indent}{line}")
