"""The only place that prints."""

from __future__ import annotations

import json
import sys
import traceback

from callgate.cli._command import Outcome


def show(outcome: Outcome, *, as_json: bool) -> None:
    """On standard output."""
    if as_json:
        sys.stdout.write(json.dumps(outcome.data) + "\n")
    elif outcome.raw is not None:
        sys.stdout.buffer.write(outcome.raw)
    else:
        # What the terminal cannot show must not end the command.
        encoding = sys.stdout.encoding or "utf-8"
        text = "".join(f"{line}\n" for line in outcome.lines)
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def show_error(message: str, where: str | None) -> None:
    """On standard error, in the form that editors jump to: file:line:column: message."""
    sys.stderr.write(f"{where or 'callgate'}: {message}\n")


def show_traceback() -> None:
    """On standard error, of a defect of callgate itself."""
    traceback.print_exc(file=sys.stderr)
