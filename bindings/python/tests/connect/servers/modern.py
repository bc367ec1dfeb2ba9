"""An MCP server of 2026-07-28 on standard input and output: one tool asks for input, one counts."""

from __future__ import annotations

from typing import Any

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

NAMES = ("ask", "count")


async def list_tools(_: object, params: types.PaginatedRequestParams) -> types.ListToolsResult:
    tools = [types.Tool(name=name, input_schema={"type": "object"}) for name in NAMES]
    return types.ListToolsResult(tools=tools)


async def call_tool(
    context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
) -> types.CallToolResult | types.InputRequiredResult:
    if params.name == "ask":
        form = {"type": "object", "properties": {"sure": {"type": "boolean"}}}
        asked = types.ElicitRequestFormParams(message="Sure?", requested_schema=form)
        request = types.ElicitRequest(params=asked)
        return types.InputRequiredResult(input_requests={"sure": request}, request_state="state")
    for number in (1, 2, 3):
        await context.session.report_progress(number, 3, f"step {number}")
    return types.CallToolResult(content=[types.TextContent(type="text", text="counted")])


async def main() -> None:
    server: Server[Any] = Server("modern", version="1")
    server.add_request_handler("tools/list", types.PaginatedRequestParams, list_tools)
    server.add_request_handler("tools/call", types.CallToolRequestParams, call_tool)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


anyio.run(main)
