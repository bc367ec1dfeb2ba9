"""A server of the second line of the MCP SDK."""

import importlib.metadata

import guarded_tools
from mcp.server.mcpserver import Context, MCPServer

assert importlib.metadata.version("mcp").startswith("2.")
server = MCPServer("files")
guarded_tools.register(server, Context)
guarded_tools.main(server)
