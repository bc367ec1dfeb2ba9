"""What stands between callers and an MCP server: the judge of messages, and its wrappers."""
