"""An agent of mcp-mesh that adds. Runs in .venv/mesh-agents."""

import os

import mesh
from fastmcp import FastMCP

app = FastMCP("provider")


@app.tool()
@mesh.tool(
    capability=os.environ["CAPABILITY"],
    version=os.environ.get("VERSION", "1.4.2"),
    tags=["math", "fast"],
)
def add(a: int, b: int) -> int:
    return a + b


@mesh.agent(name=os.environ["MCP_MESH_AGENT_NAME"], http_port=0, auto_run=True)
class Provider:
    pass
