"""Failures as the model that called reads them: tool errors that say what was refused and why."""

from __future__ import annotations

from typing import Any

from callgate.smcp import (
    GatewayRefused,
    GatewayUnreachable,
    PayloadError,
    SMCPError,
    ToolCallError,
    ToolDenied,
)


def tool_error(error: SMCPError, tool: str) -> dict[str, Any]:
    """A ``CallToolResult`` with ``isError``."""
    return text_error(explain(error, f"the call of {tool}"))


def text_error(text: str) -> dict[str, Any]:
    """A ``CallToolResult`` with ``isError`` and this text."""
    return {"content": [{"type": "text", "text": text}], "isError": True}


def explain(error: SMCPError, what: str) -> str:
    """One paragraph: what happened, the code name, the reason, and whether to try again."""
    text = f"{_happened(error, what)} {error.code_name} ({error.code}): {error.message}."
    if error.retry_after is not None:
        text += f" It may be tried again in {error.retry_after:g} seconds."
    if error.dispatched is None and not isinstance(error, GatewayRefused):
        text += " Whether the tool ran is unknown."
    return text


def _happened(error: SMCPError, what: str) -> str:
    if isinstance(error, ToolDenied):
        return f"Policy refused {what}."
    if isinstance(error, GatewayRefused):
        return f"The gateway refused {what}."
    if isinstance(error, GatewayUnreachable):
        return f"The gateway is not there, so {what} was not made."
    if isinstance(error, ToolCallError):
        return f"The tool's server failed {what}."
    if isinstance(error, PayloadError):
        return f"{what[0].upper()}{what[1:]} could not be sent."
    return f"{what[0].upper()}{what[1:]} failed."
