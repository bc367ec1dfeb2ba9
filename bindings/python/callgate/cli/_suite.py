"""Suites of expected decisions: YAML that names a policy and its cases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callgate import Decision, Explanation, PolicySet
from callgate._error_codes import MEANINGS
from callgate.cli._decision import explained_verdict
from callgate.cli._input import STDIN, input_error, read_file, read_policy, unknown_context
from callgate.cli._yaml import Reader, could_be_suite


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
    explanation: Explanation

    @property
    def decision(self) -> Decision:
        """Without its cause in words."""
        return self.explanation.decision

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
        return explained_verdict(self.explanation)

    def data(self) -> dict[str, Any]:
        """For --json."""
        return {
            "name": self.case.name,
            "where": self.case.where,
            "passed": self.passed,
            "expected": self.expected,
            "allowed": self.decision.allowed,
            "code_name": self.decision.code_name,
            "reason": self.explanation.cause,
        }


@dataclass(frozen=True)
class Suite:
    """A policy and its cases."""

    policy_file: Path
    policy: PolicySet
    cases: list[Case]

    def run(self) -> list[Result]:
        """Decides every case."""
        return [
            Result(case, self.policy.explain(case.context, case.tool, case.arguments))
            for case in self.cases
        ]


def find_suites(name: str) -> list[str]:
    """The file itself; of a folder every suite below it: each ``*.yaml`` that has ``cases``."""
    if name == STDIN or not Path(name).is_dir():
        return [name]
    folder = Path(name)
    suites = [
        str(file)
        for file in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")])
        if not any(part.startswith(".") for part in file.relative_to(folder).parts)
        # What is no YAML may be one: reading it says what is wrong.
        and could_be_suite(file.read_bytes(), if_unreadable=True)
    ]
    if not suites:
        raise input_error("expected a suite in this folder: a *.yaml with policy and cases", name)
    return suites


def read_suite(name: str) -> Suite:
    """Raises CallgateError, with file:line:column, for whatever is not as the manual says."""
    reader = Reader("<stdin>" if name == STDIN else name, read_file(name))
    suite = reader.mapping(reader.root, required={"policy", "cases"}, optional={"context"})
    folder = Path() if name == STDIN else Path(name).parent
    file = folder / reader.text(suite["policy"])
    if not file.exists():
        raise reader.error(suite["policy"], f"expected the file of a policy: {file} is not there")
    policy = read_policy(str(file))
    context = _read_context(reader, suite["context"], policy) if "context" in suite else None
    cases = [_read_case(reader, node, context, policy) for node in reader.sequence(suite["cases"])]
    if not cases:
        raise reader.error(suite["cases"], "expected at least one case")
    return Suite(file, policy, cases)


def _read_context(reader: Reader, node: Any, policy: PolicySet) -> str:
    context = reader.text(node)
    if fault := unknown_context(policy, context):
        raise reader.error(node, fault)
    return context


def _check_tool(reader: Reader, node: Any, case: Case, policy: PolicySet) -> None:
    """A misspelt tool is denied like any other; only a code says that this was meant."""
    if case.code_name is not None:
        return
    explanation = policy.explain(case.context, case.tool, case.arguments)
    if explanation.decision.rule in ("order.default-deny", "order.tool-name"):
        code = explanation.decision.code_name
        meant = f" (if it is meant to be denied, say code: {code})" if not case.allowed else ""
        raise reader.error(node, explanation.cause + meant)


def _read_case(reader: Reader, node: Any, context: str | None, policy: PolicySet) -> Case:
    case = reader.mapping(
        node,
        required={"tool", "expect"} | (set() if context else {"context"}),
        optional={"name", "context", "arguments", "code"},
    )
    tool = reader.text(case["tool"])
    arguments = reader.json_object(case["arguments"]) if "arguments" in case else {}
    expect = reader.text(case["expect"])
    if expect not in ("allow", "deny"):
        raise reader.unknown(case["expect"], "allow or deny", ("allow", "deny"))
    code_name = None
    if "code" in case:
        code_name = reader.text(case["code"])
        if expect == "allow":
            raise reader.error(case["code"], "only a denial has a code")
        if code_name not in MEANINGS:
            raise reader.unknown(case["code"], "the name of an error code", MEANINGS)
    if "context" in case:
        context = _read_context(reader, case["context"], policy)
    assert context is not None  # else the case must have one
    read = Case(
        name=reader.text(case["name"]) if "name" in case else f"{tool} {json.dumps(arguments)}",
        where=reader.where(node),
        context=context,
        tool=tool,
        arguments=arguments,
        allowed=expect == "allow",
        code_name=code_name,
    )
    _check_tool(reader, case["tool"], read, policy)
    return read
