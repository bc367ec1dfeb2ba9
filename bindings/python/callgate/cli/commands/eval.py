"""``callgate eval``: decides one call."""

from __future__ import annotations

import argparse

from callgate._as_json import decision_data
from callgate.cli._command import Outcome, Verbs, add_call, add_command
from callgate.cli._decision import argument_fault, explained_verdict, verdict
from callgate.cli._input import check_context, read_policy, read_value


def add(verbs: Verbs) -> None:
    """The parser."""
    add_call(add_command(verbs, "eval", run, "Decide one call of a tool"))


def run(arguments: argparse.Namespace) -> Outcome:
    """0 allowed, 1 denied."""
    policy = read_policy(arguments.policy)
    check_context(policy, arguments.context)
    text = read_value(arguments.arguments)
    decision = policy.evaluate(arguments.context, arguments.tool, text)
    line = verdict(decision)
    # Which argument, and which tool was meant, the reason does not say.
    if decision.rule in ("args.missing", "order.default-deny", "pattern.absent"):
        line = explained_verdict(policy.explain(arguments.context, arguments.tool, text))
    lines = [line, *argument_fault(decision, text)]
    return Outcome(decision.allowed, decision_data(decision), lines)
