"""Suites of expected decisions: YAML that names a policy and its cases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callgate import Decision, PolicySet
from callgate._error_codes import MEANINGS
from callgate.cli._decision import verdict
from callgate.cli._input import STDIN, input_error, read_file
from callgate.cli._yaml import Reader


@dataclass(frozen=True)
class Case:
    """One call and what must be decided."""

    name: str
    where: str
    context: str
    tool: str
    arguments: dict[str, Any]
    allowed: bool
    code_name: str | None


@dataclass(frozen=True)
class Result:
    """What was decided."""

    case: Case
    decision: Decision

    @property
    def passed(self) -> bool:
        """Whether it is what was expected."""
        if self.decision.allowed != self.case.allowed:
            return False
        return self.case.code_name in (None, self.decision.code_name)

    @property
    def expected(self) -> str:
        """In words."""
        if self.case.allowed:
            return "allow"
        return f"deny {self.case.code_name}" if self.case.code_name else "deny"

    @property
    def got(self) -> str:
        """In words, with the reason."""
        return verdict(self.decision)

    def data(self) -> dict[str, Any]:
        """For --json."""
        return {
            "name": self.case.name,
            "where": self.case.where,
            "passed": self.passed,
            "expected": self.expected,
            "allowed": self.decision.allowed,
            "code_name": self.decision.code_name,
            "reason": self.decision.reason,
        }


@dataclass(frozen=True)
class Suite:
    """A policy and its cases."""

    policy: PolicySet
    cases: list[Case]

    def run(self) -> list[Result]:
        """Decides every case."""
        return [
            Result(case, self.policy.evaluate(case.context, case.tool, case.arguments))
            for case in self.cases
        ]


def read_suite(name: str) -> Suite:
    """Raises CallgateError, with file:line:column, for whatever is not as the manual says."""
    if name != STDIN and Path(name).is_dir():
        raise input_error("is a directory; expected the file of a suite, or several", name)
    reader = Reader("<stdin>" if name == STDIN else name, read_file(name))
    suite = reader.mapping(reader.root, required={"policy", "cases"}, optional={"context"})
    folder = Path() if name == STDIN else Path(name).parent
    policy = PolicySet.load(folder / reader.text(suite["policy"]))
    context = reader.text(suite["context"]) if "context" in suite else None
    cases = [_read_case(reader, node, context) for node in reader.sequence(suite["cases"])]
    if not cases:
        raise reader.error(suite["cases"], "expected at least one case")
    return Suite(policy, cases)


def _read_case(reader: Reader, node: Any, context: str | None) -> Case:
    case = reader.mapping(
        node,
        required={"tool", "expect"} | (set() if context else {"context"}),
        optional={"name", "context", "arguments", "code"},
    )
    tool = reader.text(case["tool"])
    arguments = reader.json_object(case["arguments"]) if "arguments" in case else {}
    expect = reader.text(case["expect"])
    if expect not in ("allow", "deny"):
        raise reader.error(case["expect"], "expected allow or deny")
    code_name = None
    if "code" in case:
        code_name = reader.text(case["code"])
        if expect == "allow":
            raise reader.error(case["code"], "only a denial has a code")
        if code_name not in MEANINGS:
            raise reader.error(case["code"], "expected the name of an error code")
    return Case(
        name=reader.text(case["name"]) if "name" in case else f"{tool} {json.dumps(arguments)}",
        where=reader.where(node),
        context=reader.text(case["context"]) if "context" in case else str(context),
        tool=tool,
        arguments=arguments,
        allowed=expect == "allow",
        code_name=code_name,
    )
