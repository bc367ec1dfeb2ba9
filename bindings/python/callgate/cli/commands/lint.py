"""``callgate lint``: what loads and is probably not what its author meant."""

from __future__ import annotations

import argparse

from callgate import LintWarning
from callgate._as_json import warning_data
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._input import read_policy


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(
        verbs, "lint", run, "Say what in a policy is probably not what its author meant"
    )
    parser.add_argument("policy", metavar="FILE", help="a file, a directory, or - for stdin")


def run(arguments: argparse.Namespace) -> Outcome:
    """0 nothing to say, 1 warnings."""
    warnings = read_policy(arguments.policy).lint()
    data = [warning_data(warning) for warning in warnings]
    return Outcome(not warnings, {"warnings": data}, [_line(warning) for warning in warnings])


def _line(warning: LintWarning) -> str:
    return f"{warning.where or warning.context}: {warning.message} ({warning.rule})"
