"""The gateway: attestation, signed calls and tool listings over HTTP, in front of MCP servers.

Needs the extra ``callgate[gateway]``.
"""
