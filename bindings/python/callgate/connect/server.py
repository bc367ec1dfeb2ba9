"""The MCP server: the official SDK's, with the gateway's tools. It speaks both eras."""

from __future__ import annotations

from typing import Any, Final

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from callgate import __version__
from callgate.connect.agent import Agent
from callgate.connect.tool_errors import list_error, text_error, tool_error
from callgate.smcp import SMCPError

INSTRUCTIONS = (
    "The tools stand behind callgate, which decides on every call. A tool error begins with "
    "whether the tool ran. One that did not run was refused for the reason that follows; repeating "
    "it unchanged does not help unless the error says so. One that ran, or may have run, may have "
    "taken effect: find out before repeating it."
)

# Members that the era of 2026-07-28 requires; the SDK leaves them out in the era before.
_COMPLETE: Final = {"resultType": "complete"}


def create_server(agent: Agent) -> Server[Any]:
    """A server whose tools are the agent's. What it returns went through the gateway unaltered."""

    async def list_tools(_: object, params: types.PaginatedRequestParams) -> dict[str, Any]:
        del params  # one page holds all
        try:
            tools = await agent.list_tools()
        except SMCPError as error:
            raise MCPError(types.INTERNAL_ERROR, list_error(error)) from error
        result = {**_COMPLETE, "tools": tools, "ttlMs": 0, "cacheScope": "private"}
        try:
            types.ListToolsResult.model_validate(result)
        except ValidationError as error:
            message = "the gateway listed something that is no tool"
            raise MCPError(types.INTERNAL_ERROR, message) from error
        return result

    async def call_tool(_: object, params: types.CallToolRequestParams) -> dict[str, Any]:
        try:
            result = await agent.call_tool(params.name, params.arguments or {})
        except SMCPError as error:
            return {**_COMPLETE, **tool_error(error, params.name)}
        try:
            types.CallToolResult.model_validate(result)
        except ValidationError:
            text = f"what {params.name} returned is no tool result."
            return {**_COMPLETE, **text_error("ran", text)}
        return {**_COMPLETE, **result}

    server: Server[Any] = Server("callgate", version=__version__, instructions=INSTRUCTIONS)
    server.add_request_handler("tools/list", types.PaginatedRequestParams, list_tools)
    server.add_request_handler("tools/call", types.CallToolRequestParams, call_tool)
    return server
