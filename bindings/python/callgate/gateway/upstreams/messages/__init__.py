"""What the gateway and an MCP server say to each other, and how much of it there may be."""
