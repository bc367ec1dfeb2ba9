"""The MCP servers behind the gateway."""
