"""A Decision as lines of text."""

from __future__ import annotations

from callgate import Decision, Explanation, JsonError, Witness
from callgate._native import split_object
from callgate.cli._shortened import shortened


def verdict(decision: Decision) -> str:
    """One line."""
    return _verdict(decision, decision.reason)


def explained_verdict(explanation: Explanation) -> str:
    """One line, with the cause in words."""
    return _verdict(explanation.decision, explanation.cause)


def _verdict(decision: Decision, reason: str) -> str:
    if decision.allowed:
        return f"allow: {reason}"
    return f"deny {decision.code_name} ({decision.code}): {reason}"


def explanation(explained: Explanation) -> list[str]:
    """The verdict, the rule, what every capability answered, and the limits."""
    decision = explained.decision
    lines = [explained_verdict(explained)]
    if decision.rule:
        lines.append(f"  rule: {decision.rule}")
    # The cause of the first line is that of one of them, and is not said twice.
    lines.extend(
        f"  capability {tried.capability}: {tried.code_name}, {tried.rule}"
        + (f": {cause}" if cause != explained.cause else "")
        for tried, cause in zip(decision.details, explained.tried, strict=True)
    )
    lines.extend(
        f"  limit: {charge.calls} calls in {charge.per_seconds} s"
        if charge.calls
        else "  limit: none in a later capability"
        for charge in decision.charges
    )
    if decision.max_response_size is not None:
        lines.append(f"  largest response: {decision.max_response_size} bytes")
    return lines


def argument_fault(decision: Decision, text: bytes) -> list[str]:
    """Where arguments that were denied for it are no JSON object."""
    if decision.code_name == "INVALID_ENVELOPE":
        try:
            split_object(text)
        except JsonError as error:
            return [f"  arguments: {error.where}"] if error.where else []
    return []


def witness_line(witness: Witness) -> str:
    """The call that shows a difference, cut where it is long: JSON output has all of it."""
    return f"{witness.tool} {shortened(witness.arguments)}"
