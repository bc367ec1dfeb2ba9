"""``callgate contains``: whether one context is within another."""

from __future__ import annotations

import argparse

from callgate._as_json import witness_data
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._decision import witness_line
from callgate.cli._input import read_policy


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(
        verbs, "contains", run, "Whether every call that a child context allows, its parent allows"
    )
    parser.add_argument(
        "--policy", required=True, metavar="FILE", help="a file, a directory, or - for stdin"
    )
    parser.add_argument("--parent", required=True, metavar="NAME")
    parser.add_argument("--child", required=True, metavar="NAME")


def run(arguments: argparse.Namespace) -> Outcome:
    """0 contained, 1 not."""
    policy = read_policy(arguments.policy)
    answer = policy.contains(parent=arguments.parent, child=arguments.child)
    data = {
        "contained": answer.contained,
        "reason": answer.reason or None,
        "witness": witness_data(answer.witness),
    }
    if answer:
        return Outcome(True, data, [f"{arguments.child} is within {arguments.parent}"])
    lines = [f"{arguments.child} is not within {arguments.parent}: {answer.reason}"]
    if answer.witness is not None:
        lines.append(f"  witness: {witness_line(answer.witness)}")
    return Outcome(False, data, lines)
