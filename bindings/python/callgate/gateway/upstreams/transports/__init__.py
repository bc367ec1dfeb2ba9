"""How the gateway's bytes reach an MCP server and come back, over stdio and streamable HTTP.

Below the MCP SDK, which negotiates the protocol's era through ``dispatcher.py``: what is written
and read here are message bytes, so that a number stays as it was signed.
"""
