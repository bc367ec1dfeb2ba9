"""Calls of tools on mcp 2.x, checked and shaped as the decorator of mcp 1.x does it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import jsonschema
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError


class ToolCalls:
    """Makes the handler of ``tools/call``. Schemas are those of the server's own ``tools/list``."""

    def __init__(self, server: Server[Any]) -> None:
        self._server = server

    def handler(
        self, function: Callable[..., Awaitable[Any]], *, validate_input: bool = True
    ) -> Callable[[ServerRequestContext[Any, Any], types.CallToolRequestParams], Awaitable[Any]]:
        """Of a function that takes a name and arguments, and returns content, an object, both, or a
        CallToolResult. What it raises is a tool error, but for errors of the protocol."""

        async def handle(
            context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
        ) -> Any:
            arguments = params.arguments or {}
            tool = await self._listed(context, params.name)
            if validate_input and tool is not None:
                try:
                    jsonschema.validate(instance=arguments, schema=tool.input_schema)
                except jsonschema.ValidationError as error:
                    return _tool_error(f"Input validation error: {error.message}")
            try:
                returned = await function(params.name, arguments)
            except MCPError:
                raise
            except Exception as error:
                return _tool_error(str(error))
            return _shaped(returned, tool)

        return handle

    async def _listed(
        self, context: ServerRequestContext[Any, Any], name: str
    ) -> types.Tool | None:
        entry = self._server.get_request_handler("tools/list")
        if entry is None:
            return None
        listed = await entry.handler(context, types.PaginatedRequestParams())
        if not isinstance(listed, types.ListToolsResult):
            return None
        return next((tool for tool in listed.tools if tool.name == name), None)


def _shaped(returned: Any, tool: types.Tool | None) -> Any:
    if isinstance(returned, (types.CallToolResult, types.InputRequiredResult)):
        return returned
    content: Iterable[types.ContentBlock]
    structured: dict[str, Any] | None = None
    if isinstance(returned, tuple) and len(returned) == 2:
        content, structured = returned
    elif isinstance(returned, dict):
        structured = returned
        content = [types.TextContent(type="text", text=json.dumps(returned, indent=2))]
    elif isinstance(returned, Iterable):
        content = returned
    else:
        return _tool_error(f"Unexpected return type from tool: {type(returned).__name__}")
    if tool is not None and tool.output_schema is not None:
        if structured is None:
            return _tool_error("Output validation error: no structured output returned")
        try:
            jsonschema.validate(instance=structured, schema=tool.output_schema)
        except jsonschema.ValidationError as error:
            return _tool_error(f"Output validation error: {error.message}")
    return types.CallToolResult(content=list(content), structured_content=structured)


def _tool_error(text: str) -> types.CallToolResult:
    content: list[types.ContentBlock] = [types.TextContent(type="text", text=text)]
    return types.CallToolResult(content=content, is_error=True)
