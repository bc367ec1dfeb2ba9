"""What tools return, as the MCP server of this process can pass it on, or why it cannot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import mcp_types as types
from mcp_types.methods import is_input_required
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from callgate.connect.tool_errors import text_error

# What a server may ask of a client in the era of 2026-07-28.
_INPUTS: Final = ("elicitation/create", "roots/list", "sampling/createMessage")


def tool_result(result: object, tool: str) -> dict[str, Any]:
    """A ``CallToolResult``: the tool's own, or a tool error that says what it is instead."""
    if is_input_required(result):
        # No answer can be passed on: of a call the gateway takes name and arguments.
        text = f"{tool} asks for input before it gives a result{_asked(result)}"
        return text_error("may have run", f"{text}. No answer to that passes the gateway.")
    try:
        types.CallToolResult.model_validate(result)
    except ValidationError:
        return text_error("ran", f"what {tool} returned is no tool result.")
    written = writable(result)
    if written is None:
        text = f"what {tool} returned is nested too deeply to be passed on."
        return text_error("ran", text)
    return written


def writable(result: Any) -> dict[str, Any] | None:
    """The result as MCP's library can write it; None if that is not possible.

    A lone surrogate, which is no Unicode text, becomes U+FFFD: the library would end with an error
    while it writes, and the client would wait for ever.
    """
    if _can_be_written(result):
        return dict(result)
    try:
        replaced: dict[str, Any] = json.loads(as_unicode(json.dumps(result, ensure_ascii=False)))
    except RecursionError:
        return None
    return replaced if _can_be_written(replaced) else None


def as_unicode(text: str) -> str:
    """With U+FFFD for each lone surrogate."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _can_be_written(result: Any) -> bool:
    response = types.JSONRPCResponse(jsonrpc="2.0", id=0, result=result)
    try:
        response.model_dump_json(by_alias=True, exclude_unset=True)
    except PydanticSerializationError:
        return False
    return True


def _asked(result: types.InputRequiredResult | dict[str, Any]) -> str:
    requests = result.get("inputRequests") if isinstance(result, dict) else None
    asked = [one.get("method") for one in _objects(requests)]
    kinds = [kind for kind in _INPUTS if kind in asked]
    return f" ({', '.join(kinds)})" if kinds else ""


def _objects(requests: object) -> list[dict[str, Any]]:
    values = requests.values() if isinstance(requests, Mapping) else ()
    return [value for value in values if isinstance(value, dict)]
