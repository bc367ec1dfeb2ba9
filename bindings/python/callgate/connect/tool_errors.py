"""Failures as the model that called reads them: whether the tool ran, what happened, and why."""

from __future__ import annotations

from typing import Any

from callgate.attestation._engine import REASONS
from callgate.smcp import (
    GatewayRefused,
    GatewayUnreachable,
    PayloadError,
    SMCPError,
    ToolCallError,
    ToolDenied,
)
from callgate.smcp._outcome import BEGINNINGS, Outcome, outcome, reason


def tool_error(error: SMCPError, tool: str) -> dict[str, Any]:
    """A ``CallToolResult`` with ``isError``: the outcome, the code name, and the reason."""
    ended = outcome(error)
    return text_error(ended, f"{_happened(error, ended, tool)}. {_why(error)}")


def text_error(ended: Outcome, text: str) -> dict[str, Any]:
    """A ``CallToolResult`` with ``isError`` that begins with whether the tool ran."""
    content = [{"type": "text", "text": BEGINNINGS[ended] + text}]
    return {"content": content, "isError": True}


def list_error(error: SMCPError) -> str:
    """Why there is no list of tools. No tool runs for one, so nothing is said of any."""
    return f"{_unlisted(error)}. {_why(error)}"


def _happened(error: SMCPError, ended: Outcome, tool: str) -> str:
    if isinstance(error, ToolCallError):
        return f"the server of {tool} answered with an error"
    if ended == "ran":
        return f"no result of {tool} can be given"
    if ended == "may have run":
        return f"no result of {tool} came back"
    if isinstance(error, ToolDenied):
        return f"policy refused {tool}"
    if isinstance(error, GatewayRefused):
        return f"the gateway refused {tool}"
    if isinstance(error, GatewayUnreachable):
        return "the gateway is not there"
    if isinstance(error, PayloadError):
        return f"the arguments of {tool} cannot be sent"
    return f"{tool} was not called"


def _unlisted(error: SMCPError) -> str:
    if isinstance(error, GatewayRefused):
        return "The gateway refused the list of tools"
    if isinstance(error, GatewayUnreachable):
        return "The gateway is not there"
    return "No list of tools came back"


def _why(error: SMCPError) -> str:
    text = f"{error.code_name} ({error.code}): {reason(error)}.{_of_attestation(error)}"
    if error.retry_after is not None:
        text += f" It may be tried again in {error.retry_after:g} seconds."
    return text


def _of_attestation(error: SMCPError) -> str:
    """What is wrong with the attestation token, and what to do, in words of our own."""
    cause = (error.details or {}).get("cause")
    if not isinstance(cause, str) or not cause.startswith("attestation."):
        return ""
    found = REASONS.get(cause.removeprefix("attestation."))
    return "" if found is None else f" {cause}: {found.meaning}: {found.advice}."
