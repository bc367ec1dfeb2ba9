"""``callgate tools``: what servers offer, what each context could call of it, and why not."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callgate import PolicySet, _native
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._extra import needs_extra
from callgate.cli._input import read_policy
from callgate.cli._listed_tools import add_sources, read_tools
from callgate.cli._tool_pattern import matches
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
    parser.add_argument(
        "--parent",
        action="append",
        default=[],
        metavar="NAME",
        help="a context of the parent session, which binds its children too; may be given again",
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
    policy, workloads = _policy(arguments)
    tools = read_tools(arguments)
    names = [str(tool["name"]) for tool in tools]
    verdicts = {} if policy is None else _verdicts(policy, arguments, names)
    data = [
        {
            "name": name,
            "description": tool.get("description"),
            "annotations": tool.get("annotations"),
            "contexts": {
                one.context: {**_data(one), "workloads": workloads.get(one.context, [])}
                for one in verdicts.get(name, ())
            },
        }
        for name, tool in zip(names, tools, strict=True)
    ]
    lines = [
        line
        for name, tool in zip(names, tools, strict=True)
        for line in _lines(name, tool.get("description"), verdicts.get(name, ()), workloads)
    ]
    unmatched = [] if policy is None else _unmatched(policy, arguments, names)
    lines += [
        f"{one['where']}: {one['context']}: {one['tool_pattern']} matches none of these tools"
        for one in unmatched
    ]
    return Outcome(True, {"tools": data, "unmatched": unmatched}, lines)


def _policy(arguments: argparse.Namespace) -> tuple[PolicySet | None, dict[str, list[str]]]:
    """With the workloads that may open sessions of each context, as far as a file has them."""
    if arguments.config is None:
        return (None if arguments.policy is None else read_policy(arguments.policy)), {}
    with needs_extra("gateway"):
        from callgate.gateway.config import load_config
        from callgate.gateway.executions.execution_file import load_executions
    config = load_config(Path(arguments.config), os.environ)
    workloads: dict[str, list[str]] = {}
    for execution in load_executions(config, os.environ):
        for scope in execution.scopes:
            workloads.setdefault(scope, []).append(execution.workload_id)
    return read_policy(arguments.policy or str(config.policy)), workloads


def _verdicts(
    policy: PolicySet, arguments: argparse.Namespace, names: Sequence[str]
) -> dict[str, list[_Verdict]]:
    """A session of a context is bound by those of its ancestors, too."""
    contexts = arguments.context or policy.context_names
    why_not = {
        (context, name): _native.policy_why_not(policy, context, name)
        for context in {*contexts, *arguments.parent}
        for name in names
    }

    def verdict(context: str, name: str) -> _Verdict:
        for judge in (context, *arguments.parent):
            if refusal := why_not[judge, name]:
                return _refused(context, judge, refusal)
        return _Verdict(context)

    return {name: [verdict(context, name) for context in contexts] for name in names}


def _unmatched(
    policy: PolicySet, arguments: argparse.Namespace, names: Sequence[str]
) -> list[dict[str, str]]:
    """Patterns of capabilities that match no tool: misspelt, or of a server that was not asked."""
    return [
        {"context": context, "tool_pattern": pattern, "where": part.where}
        for context in arguments.context or policy.context_names
        for part in policy.parts(context)
        if part.kind == "capability"
        for pattern in part.tool_pattern.split()
        if not any(matches(pattern, name) for name in names)
    ]


def _refused(context: str, judge: str, refusal: tuple[str, str, str]) -> _Verdict:
    code_name, rule, cause = refusal
    by = "" if judge == context else f"by its parent {judge}, "
    return _Verdict(context, code_name, f"{by}{cause} ({rule})", rule)


def _data(verdict: _Verdict) -> dict[str, Any]:
    return {
        "could_allow": verdict.code_name is None,
        "code_name": verdict.code_name,
        "reason": verdict.reason,
        "rule": verdict.rule,
    }


def _lines(
    name: str,
    description: object,
    verdicts: Sequence[_Verdict],
    workloads: Mapping[str, Sequence[str]],
) -> Iterator[str]:
    said = first_sentence(description) if isinstance(description, str) else ""
    yield f"{shown(name)}: {said}" if said else shown(name)
    for verdict in verdicts:
        if verdict.code_name is None:
            callers = shown(", ".join(workloads.get(verdict.context, ())))
            yield f"  + {verdict.context}{callers and f' ({callers})'}"
        else:
            yield f"  - {verdict.context}: {verdict.code_name}, {verdict.reason}"
