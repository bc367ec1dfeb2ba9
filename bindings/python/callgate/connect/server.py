"""The MCP server: the official SDK's, with the gateway's tools. It speaks both eras."""

from __future__ import annotations

from typing import Any, Final

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.shared.jsonrpc_dispatcher import progress_token_from_params
from pydantic import ValidationError

from callgate import __version__
from callgate.connect.agent import Agent
from callgate.connect.results import as_unicode, tool_result, writable
from callgate.connect.tool_errors import list_error, tool_error
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
        written = writable(result)
        if written is None:
            message = "the gateway listed a tool that is nested too deeply to be passed on"
            raise MCPError(types.INTERNAL_ERROR, message)
        return written

    async def call_tool(
        context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> dict[str, Any]:
        async def report(progress: float, total: float | None, message: str | None) -> None:
            text = None if message is None else as_unicode(message)
            await context.session.report_progress(progress, total, text)

        wants_progress = progress_token_from_params(context.params) is not None
        on_progress = report if wants_progress else None
        try:
            result = await agent.call_tool(
                params.name, params.arguments or {}, on_progress=on_progress
            )
        except SMCPError as error:
            return {**_COMPLETE, **tool_error(error, params.name)}
        return {**_COMPLETE, **tool_result(result, params.name)}

    server: Server[Any] = Server("callgate", version=__version__, instructions=INSTRUCTIONS)
    server.add_request_handler("tools/list", types.PaginatedRequestParams, list_tools)
    server.add_request_handler("tools/call", types.CallToolRequestParams, call_tool)
    return server
