"""How messages reach an MCP server and come back, over stdio and streamable HTTP.

What is written and read here are message bytes, so that a number stays as it was signed.
"""
