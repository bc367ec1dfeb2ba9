"""Which parts of policies the cases of suites exercise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callgate import PolicyPart, PolicySet
from callgate.cli._suite import Suite


@dataclass
class PolicyCoverage:
    """One policy: its parts by context, and those that some case exercises."""

    file: Path
    policy: PolicySet
    exercised: dict[str, set[PolicyPart]] = field(default_factory=dict)

    def add(self, suite: Suite) -> None:
        """What the cases of one suite exercise."""
        for case in suite.cases:
            parts = self.policy.exercised(case.context, case.tool, case.arguments)
            self.exercised.setdefault(case.context, set()).update(parts)

    def parts(self) -> Iterator[tuple[str, PolicyPart, bool]]:
        """Each context with each of its parts, and whether that is exercised."""
        for context in self.policy.context_names:
            known = self.exercised.get(context, set())
            for part in self.policy.parts(context):
                yield context, part, part in known


@dataclass(frozen=True)
class Coverage:
    """All policies that suites name."""

    policies: list[PolicyCoverage]

    @property
    def percent(self) -> float:
        """Of all parts; 100 where there are none."""
        found = [covered for policy in self.policies for *_, covered in policy.parts()]
        return 100.0 * sum(found) / len(found) if found else 100.0

    def lines(self) -> list[str]:
        """What is not exercised, and how much is."""
        lines = [
            _line(context, part)
            for policy in self.policies
            for context, part, covered in policy.parts()
            if not covered and not _is_below_uncovered(policy, context, part)
        ]
        return [*lines, f"coverage {self.percent:.1f} %"]

    def data(self) -> dict[str, Any]:
        """For --json."""
        return {
            "percent": round(self.percent, 1),
            "uncovered": [
                {
                    "policy": str(policy.file),
                    "context": context,
                    "kind": part.kind,
                    "position": part.position,
                    "tool_pattern": part.tool_pattern,
                    "pointer": part.pointer,
                    "where": part.where,
                    "text": part.text,
                }
                for policy in self.policies
                for context, part, covered in policy.parts()
                if not covered
            ],
        }


def cover(suites: Iterable[Suite]) -> Coverage:
    """Suites of one policy file count together."""
    policies: dict[Path, PolicyCoverage] = {}
    for suite in suites:
        file = suite.policy_file
        known = policies.setdefault(file.resolve(), PolicyCoverage(file, suite.policy))
        known.add(suite)
    return Coverage(list(policies.values()))


def _is_below_uncovered(policy: PolicyCoverage, context: str, part: PolicyPart) -> bool:
    """A capability that no case uses says it for its arguments."""
    if not part.pointer:
        return False
    known = policy.exercised.get(context, set())
    return not any(
        other.kind == "capability" and other.position == part.position for other in known
    )


def _line(context: str, part: PolicyPart) -> str:
    of = "deny entry" if part.kind == "deny entry" else "capability"
    name = f"{of} {part.position} ({part.tool_pattern})"
    if part.pointer:
        at = f"{part.text} ({part.pointer})" if part.text else part.pointer
        name = f"{part.kind} {at} of {name}"
    lacks = "denied" if part.kind in ("deny entry", "except entry") else "allowed"
    return f"{part.where}: {context}: no case is {lacks} by {name}"
