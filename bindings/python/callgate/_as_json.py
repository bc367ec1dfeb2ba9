"""What the engine answers as JSON values: for ``--json``, and for operators."""

from __future__ import annotations

from typing import Any

from callgate import Decision, Explanation, LintWarning, PolicyChange, Witness


def decision_data(decision: Decision) -> dict[str, Any]:
    """Everything that ``evaluate`` says."""
    return {
        "allowed": decision.allowed,
        "code": decision.code,
        "code_name": decision.code_name,
        "reason": decision.reason,
        "rule": decision.rule,
        "capability": decision.capability,
        "details": [
            {
                "capability": tried.capability,
                "code": tried.code,
                "code_name": tried.code_name,
                "rule": tried.rule,
                "where": tried.where,
            }
            for tried in decision.details
        ],
        "charges": [charge._asdict() for charge in decision.charges],
        "max_response_size": decision.max_response_size,
    }


def explanation_data(explanation: Explanation) -> dict[str, Any]:
    """The decision, its cause in words, and that of each capability that was tried."""
    data = decision_data(explanation.decision)
    for tried, cause in zip(data["details"], explanation.tried, strict=False):
        tried["cause"] = cause
    return {**data, "cause": explanation.cause}


def witness_data(witness: Witness | None) -> dict[str, str] | None:
    """The call that shows a difference."""
    if witness is None:
        return None
    return {"tool": witness.tool, "arguments": witness.arguments.decode()}


def change_data(change: PolicyChange) -> dict[str, Any]:
    """One difference of two versions of a context."""
    return {
        "became_allowed": change.became_allowed,
        "effect": change.effect,
        "capability": change.capability,
        "tool_pattern": change.tool_pattern,
        "keyword": change.keyword,
        "argument": change.argument,
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
        "witness": witness_data(change.witness),
    }


def warning_data(warning: LintWarning) -> dict[str, Any]:
    """What ``lint`` found, and where."""
    return {
        "rule": warning.rule,
        "level": warning.level,
        "context": warning.context,
        "capability": warning.capability,
        "message": warning.message,
        "where": warning.where,
    }
