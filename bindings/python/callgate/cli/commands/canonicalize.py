"""``callgate canonicalize``: JSON in RFC 8785 form."""

from __future__ import annotations

import argparse

from callgate import JsonError, canonicalize
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._input import STDIN, place, read_file


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(verbs, "canonicalize", run, "Print a JSON text in RFC 8785 form")
    parser.add_argument("file", nargs="?", default=STDIN, metavar="FILE", help="default: stdin")


def run(arguments: argparse.Namespace) -> Outcome:
    """Exactly the canonical bytes: no line end is added, so that they can be hashed."""
    text = read_file(arguments.file)
    try:
        canonical = canonicalize(text)
    except JsonError as error:
        raise place(error, text, arguments.file) from error
    return Outcome(True, {"canonical": canonical.decode()}, raw=canonical)
