"""``callgate diff``: what two policies say differently, and which calls that allows or denies."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Final

from callgate import PolicyChange, PolicySet
from callgate._as_json import change_data
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._decision import witness_line
from callgate.cli._input import STDIN, input_error, read_policy

_SAME_CALLS: Final = "no effect"  # the texts differ, and no call tells them apart


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(
        verbs, "diff", run, "Say which calls became allowed or denied between two policies"
    )
    parser.add_argument("old", metavar="OLD", help="a file, a directory, or - for stdin")
    parser.add_argument("new", metavar="NEW", help="a file, a directory, or - for stdin")
    parser.add_argument("--context", metavar="NAME", help="default: every context of both")
    parser.add_argument("--new-context", metavar="NAME", help="its name in NEW, if another")


def run(arguments: argparse.Namespace) -> Outcome:
    """0 no call is decided differently, 1 some are, or may be."""
    if arguments.old == arguments.new == STDIN:
        raise input_error("only one policy can come from standard input")
    if arguments.new_context is not None and arguments.context is None:
        raise input_error("--new-context needs --context")
    old, new = read_policy(arguments.old), read_policy(arguments.new)
    if arguments.context is not None:
        reports = [_compare(old, arguments.context, new, arguments.new_context)]
    else:
        names = sorted({*old.context_names, *new.context_names})
        reports = [_compare_present(old, new, name) for name in names]
    reports = [report for report in reports if report["change"] is not None]
    lines = [line for report in reports for line in report.pop("lines")]
    unchanged = all(report["change"] == _SAME_CALLS for report in reports)
    return Outcome(unchanged, {"contexts": reports}, lines)


def _compare_present(old: PolicySet, new: PolicySet, name: str) -> dict[str, Any]:
    if name in old.context_names and name in new.context_names:
        return _compare(old, name, new, None)
    change = "removed" if name in old.context_names else "added"
    return {"context": name, "change": change, "changes": [], "lines": [f"{name}: {change}"]}


def _compare(old: PolicySet, name: str, new: PolicySet, new_name: str | None) -> dict[str, Any]:
    changes = old.diff(name, new, new_name or name).changes
    return {
        "context": name,
        "change": _change(changes),
        "changes": [change_data(change) for change in changes],
        "lines": [line for change in changes for line in _lines(name, change)],
    }


def _change(changes: Sequence[PolicyChange]) -> str | None:
    if not changes:
        return None
    return "changed" if any(change.effect != "none" for change in changes) else _SAME_CALLS


def _lines(name: str, change: PolicyChange) -> list[str]:
    if change.effect == "none":
        return [f"= {name}: no call of {change.tool_pattern} changes: {change.reason}"]
    if change.effect == "unknown":
        return [f"? {name}: calls of {change.tool_pattern} may change, not shown: {change.reason}"]
    sign = "+" if change.became_allowed else "-"
    lines = [
        f"{sign} {name}: calls of {change.tool_pattern} became {change.effect}: {change.reason}"
    ]
    if change.witness is not None:
        lines.append(f"    such as {witness_line(change.witness)}")
    return lines
