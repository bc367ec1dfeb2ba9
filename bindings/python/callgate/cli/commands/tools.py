"""``callgate tools``: what servers offer, what each context could call of it, and why not."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callgate import PolicySet
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._extra import needs_extra
from callgate.cli._input import read_policy
from callgate.cli._listed_tools import add_sources, read_tools
from callgate.cli.skeleton.comment import first_sentence, shown


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(
        verbs, "tools", run, "Say what servers offer, which contexts could call it, and why not"
    )
    parser.add_argument(
        "--policy",
        metavar="FILE",
        help="a file, a directory, or - for stdin; default: that of --config",
    )
    parser.add_argument(
        "--context",
        action="append",
        metavar="NAME",
        help="default: every context; may be given again",
    )
    add_sources(parser)


@dataclass(frozen=True)
class _Verdict:
    """Of one tool in one context; a code and the rest where no call could pass."""

    context: str
    code_name: str | None = None
    reason: str | None = None
    rule: str | None = None


def run(arguments: argparse.Namespace) -> Outcome:
    """0 listed."""
    policy = _policy(arguments)
    tools = read_tools(arguments)
    names = [str(tool["name"]) for tool in tools]
    verdicts = {} if policy is None else _verdicts(policy, arguments.context, names)
    data = [
        {
            "name": name,
            "description": tool.get("description"),
            "annotations": tool.get("annotations"),
            "contexts": {one.context: _data(one) for one in verdicts.get(name, ())},
        }
        for name, tool in zip(names, tools, strict=True)
    ]
    lines = [
        line
        for name, tool in zip(names, tools, strict=True)
        for line in _lines(name, tool.get("description"), verdicts.get(name, ()))
    ]
    return Outcome(True, {"tools": data}, lines)


def _policy(arguments: argparse.Namespace) -> PolicySet | None:
    if arguments.policy is not None:
        return read_policy(arguments.policy)
    if arguments.config is None:
        return None
    with needs_extra("gateway"):
        from callgate.gateway.config import load_config
    return PolicySet.load(load_config(Path(arguments.config), os.environ).policy)


def _verdicts(
    policy: PolicySet, contexts: Sequence[str] | None, names: Sequence[str]
) -> dict[str, list[_Verdict]]:
    verdicts: dict[str, list[_Verdict]] = {name: [] for name in names}
    for context in contexts or policy.context_names:
        could = frozenset(policy.could_allow(context, list(verdicts)))
        for name, found in verdicts.items():
            found.append(_Verdict(context) if name in could else _why_not(policy, context, name))
    return verdicts


def _why_not(policy: PolicySet, context: str, tool: str) -> _Verdict:
    decision = policy.evaluate(context, tool, {})
    if decision.allowed:
        return _Verdict(context)
    if decision.details:  # a capability matches: what this call lacks is not what all calls lack
        at = ", ".join(str(tried.capability) for tried in decision.details)
        reason = f"no call could pass what matches it, capability {at}"
        return _Verdict(context, decision.code_name, reason, "lint.impossible-constraint")
    return _Verdict(context, decision.code_name, decision.reason, decision.rule)


def _data(verdict: _Verdict) -> dict[str, Any]:
    return {
        "could_allow": verdict.code_name is None,
        "code_name": verdict.code_name,
        "reason": verdict.reason,
        "rule": verdict.rule,
    }


def _lines(name: str, description: object, verdicts: Sequence[_Verdict]) -> Iterator[str]:
    said = first_sentence(description) if isinstance(description, str) else ""
    yield f"{shown(name)}: {said}" if said else shown(name)
    for verdict in verdicts:
        if verdict.code_name is None:
            yield f"  + {verdict.context}"
        else:
            yield f"  - {verdict.context}: {verdict.code_name}, {verdict.reason} ({verdict.rule})"
