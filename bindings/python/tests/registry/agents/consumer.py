"""An agent of mcp-mesh that needs two adders. Runs in .venv/mesh-agents."""

import os
from typing import Any

import mesh
from fastmcp import FastMCP

app = FastMCP("consumer")


@app.tool()
@mesh.tool(
    capability="sums",
    dependencies=[
        {"capability": "adder", "tags": ["math", "+fast", "-slow"], "version": ">=1.0.0,<2.0.0"},
        {"capability": "other_adder"},
    ],
)
async def sums(
    a: int, b: int, adder: mesh.McpMeshTool = None, other_adder: mesh.McpMeshTool = None
) -> dict[str, Any]:
    """What each adder says, null where there is none."""
    return {
        "adder": await adder(a=a, b=b) if adder else None,
        "other_adder": await other_adder(a=a, b=b) if other_adder else None,
    }


@mesh.agent(name=os.environ["MCP_MESH_AGENT_NAME"], http_port=0, auto_run=True)
class Consumer:
    pass
