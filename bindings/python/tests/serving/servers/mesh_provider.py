"""An agent of the public mesh with one tool; its environment says where the registry is."""

import mesh
from fastmcp import FastMCP

app = FastMCP("Provider")


@app.tool()
@mesh.tool(capability="adder", version="1.4.2", tags=["math"])
def add(a: int, b: int) -> int:
    """Adds two integers."""
    return a + b


@mesh.agent(name="prov", version="1.0.0", http_port=0)
class Provider:
    """The agent."""
