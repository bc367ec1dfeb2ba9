"""What a command is made of: its parser, and the outcome that it returns."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


@dataclass(frozen=True)
class Outcome:
    """``ok`` decides between exit codes 0 and 1, ``status`` names another; the rest is printed."""

    ok: bool
    data: object  # with --json
    lines: Sequence[str] = ()
    raw: bytes | None = None  # instead of lines: exactly these bytes
    stream: Iterable[str] | None = None  # instead of all: lines as they come, JSON or not
    status: int | None = None
    errors: Sequence[str] = ()  # on standard error, unless with --json


def add_command(
    verbs: Verbs, name: str, run: Callable[[argparse.Namespace], Outcome], description: str
) -> argparse.ArgumentParser:
    """A parser of one verb, with the option that all have."""
    parser = verbs.add_parser(
        name, help=description, description=f"{description}.", allow_abbrev=False
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def add_call(parser: argparse.ArgumentParser) -> None:
    """The options that name one call of a tool."""
    parser.add_argument(
        "--policy", required=True, metavar="FILE", help="a file, a directory, or - for stdin"
    )
    parser.add_argument("--context", required=True, metavar="NAME")
    parser.add_argument("--tool", required=True, metavar="NAME")
    parser.add_argument(
        "--arguments", default="{}", metavar="JSON", help="JSON text, @FILE, or - for stdin"
    )


def error_data(code_name: str, message: str, where: str | None) -> dict[str, Any]:
    """How every command says, in JSON, that something was refused."""
    return {"code_name": code_name, "message": message, "where": where}
