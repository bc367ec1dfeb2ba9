"""``callgate connect``: an ordinary MCP server on standard input and output, behind a gateway."""
