"""A server of the first line of the MCP SDK."""

import importlib.metadata

import guarded_tools
from mcp.server.fastmcp import Context, FastMCP

assert importlib.metadata.version("mcp").startswith("1.")
server = FastMCP("files")
guarded_tools.register(server, Context)
guarded_tools.main(server)
