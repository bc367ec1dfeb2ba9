"""A server of FastMCP, the package of its own."""

import guarded_tools
from fastmcp import Context, FastMCP

server = FastMCP("files")
guarded_tools.register(server, Context)
guarded_tools.main(server)
