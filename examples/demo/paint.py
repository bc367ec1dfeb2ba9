"""Colours where a terminal is, plain text where not."""

from __future__ import annotations

import os
import sys

COLORED = sys.stdout.isatty() and "NO_COLOR" not in os.environ
GREEN, RED, BOLD = "32", "31", "1"


def paint(text: str, color: str) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if COLORED else text


def say(text: str = "") -> None:
    print(text, flush=True)
