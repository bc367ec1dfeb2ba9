"""``callgate lint``: what loads and is probably not what its author meant."""

from __future__ import annotations

import argparse

from callgate import LintWarning
from callgate._as_json import warning_data
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._input import read_policy

LEVELS = ("info", "warning", "error")  # each graver than those before it


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(
        verbs, "lint", run, "Say what in a policy is probably not what its author meant"
    )
    parser.add_argument("policy", metavar="FILE", help="a file, a directory, or - for stdin")
    parser.add_argument(
        "--deny-level",
        choices=LEVELS,
        default="info",
        metavar="LEVEL",
        help="exit with 1 for findings of this level and above: info (default), warning or error",
    )


def run(arguments: argparse.Namespace) -> Outcome:
    """0 nothing of the level or above, 1 otherwise."""
    warnings = read_policy(arguments.policy).lint()
    denied = LEVELS[LEVELS.index(arguments.deny_level) :]
    return Outcome(
        not any(warning.level in denied for warning in warnings),
        {"warnings": [warning_data(warning) for warning in warnings]},
        [_line(warning) for warning in warnings],
    )


def _line(warning: LintWarning) -> str:
    where = warning.where or warning.context
    return f"{where}: {warning.level}: {warning.message} ({warning.rule})"
