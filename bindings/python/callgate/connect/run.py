"""Runs the server over the process's standard input and output until the input ends."""

from __future__ import annotations

from typing import Any

import anyio
from mcp.server.stdio import stdio_server

from callgate.connect.agent import Agent
from callgate.connect.server import create_server
from callgate.connect.session_key import SessionKey
from callgate.smcp import AsyncSMCPClient


def run(*parameters: str, key: SessionKey, **options: Any) -> None:
    """Takes what AsyncSMCPClient takes. Raises ConfigurationError before anything is read.

    Nothing but MCP goes to standard output. Whichever process uses the key last ends the session.
    """
    anyio.run(_serve, AsyncSMCPClient(*parameters, key=key.key, **options), key)


async def _serve(client: AsyncSMCPClient, key: SessionKey) -> None:
    agent = Agent(client)
    async with client:
        try:
            async with stdio_server() as (reading, writing):
                server = create_server(agent)
                await server.run(reading, writing, server.create_initialization_options())
        finally:
            if key.is_last():
                await agent.end_session()
