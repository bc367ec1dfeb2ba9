"""``callgate explain``: decides one call and says how."""

from __future__ import annotations

import argparse

from callgate._as_json import explanation_data
from callgate.cli._command import Outcome, Verbs, add_call, add_command
from callgate.cli._decision import argument_fault, explanation
from callgate.cli._input import check_context, read_policy, read_value


def add(verbs: Verbs) -> None:
    """The parser."""
    add_call(
        add_command(
            verbs, "explain", run, "Decide one call, and say what each capability answered to it"
        )
    )


def run(arguments: argparse.Namespace) -> Outcome:
    """0 allowed, 1 denied."""
    policy = read_policy(arguments.policy)
    check_context(policy, arguments.context)
    text = read_value(arguments.arguments)
    explained = policy.explain(arguments.context, arguments.tool, text)
    decision = explained.decision
    data = {**explanation_data(explained), "policy_digest": policy.digest}
    lines = [*explanation(explained), *argument_fault(decision, text), f"  policy: {policy.digest}"]
    return Outcome(decision.allowed, data, lines)
