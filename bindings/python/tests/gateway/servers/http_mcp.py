"""An MCP server of the official SDK, both eras. http_mcp.py [stdio]

Over streamable HTTP, unless it is told otherwise; then it prints its port.
"""

import socket
import sys
from typing import Annotated, Any

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import Field

server = MCPServer("http")


@server.tool()
def add(a: float, b: float) -> str:
    """Adds."""
    return f"{a + b}"


@server.tool()
def where(region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})]) -> str:
    """Since 2026-07-28 its argument must stand in a header too, or the call is refused."""
    return region


@server.tool()
async def grow(context: Context[Any, Any]) -> str:
    """Offers one more tool from now on."""
    server.add_tool(lambda: "grown", name="grown", description="Says grown.")
    await context.session.send_tool_list_changed()
    await context.notify_tools_changed()
    return "offered"


@server.tool()
async def steps(count: int, context: Context[Any, Any]) -> str:
    """Tells of each step, to whom asks for it."""
    for step in range(1, count + 1):
        await context.report_progress(step, count, f"step {step}")
    return "stepped"


def main() -> None:
    if sys.argv[1:] == ["stdio"]:
        server.run("stdio")
        return
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        security = TransportSecuritySettings(allowed_hosts=[f"127.0.0.1:{port}"])
        app = server.streamable_http_app(transport_security=security)
        print(port, flush=True)
        config = uvicorn.Config(app, log_level="error")
        uvicorn.Server(config).run(sockets=[listener])


main()
