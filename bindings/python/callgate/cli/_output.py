"""The only place that prints."""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections.abc import Iterable

from callgate import PolicyError
from callgate._native import HIDDEN_CHARACTERS
from callgate.cli._command import Outcome


def show(outcome: Outcome, *, as_json: bool) -> None:
    """On standard output."""
    if outcome.stream is not None:
        _show_stream(outcome.stream)
    elif as_json:
        sys.stdout.write(json.dumps(outcome.data) + "\n")
    elif outcome.raw is not None:
        sys.stdout.buffer.write(outcome.raw)
    else:
        sys.stdout.write(_showable("".join(f"{line}\n" for line in outcome.lines)))
        sys.stderr.write("".join(f"{line}\n" for line in outcome.errors))
    sys.stdout.flush()


def _show_stream(lines: Iterable[str]) -> None:
    """Until its end, an interrupt, or the reader is gone."""
    try:
        for line in lines:
            sys.stdout.write(_showable(f"{line}\n"))
            sys.stdout.flush()
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:
        # Python would try to flush once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


COLOURS = {"red": 31, "green": 32}


def paint(text: str, colour: str) -> str:
    """The text in a colour where standard output is a terminal, and NO_COLOR is not set."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not sys.stdout.isatty():
        return text
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m"


# JSON escapes them. Ends of lines and colours are our own.
_HIDDEN = re.compile(
    "".join(
        ("[", *(f"{chr(a)}-{chr(min(b, sys.maxunicode))}" for a, b in HIDDEN_CHARACTERS[1:]), "]")
    )
)


def _escaped(text: str) -> str:
    return _HIDDEN.sub(lambda found: json.dumps(found.group())[1:-1], text)


def _showable(text: str) -> str:
    """What the terminal cannot show must not end the command."""
    encoding = sys.stdout.encoding or "utf-8"
    return _escaped(text).encode(encoding, "backslashreplace").decode(encoding)


def show_error(message: str, where: str | None) -> None:
    """On standard error, in the form that editors jump to: file:line:column: message."""
    sys.stderr.write(_escaped(f"{where or 'callgate'}: {message}\n"))


def show_faults(error: PolicyError) -> None:
    """On standard error: every fault of a policy, each on its line."""
    if not error.errors:
        show_error(error.message, error.where)
    for fault in error.errors:
        sys.stderr.write(_escaped(f"{fault}\n"))


def show_traceback() -> None:
    """On standard error, of a defect of callgate itself."""
    traceback.print_exc(file=sys.stderr)
