"""Runs the server over the process's standard input and output until the input ends."""

from __future__ import annotations

from typing import Any

import anyio
from mcp.server.stdio import stdio_server

from callgate.connect.agent import Agent
from callgate.connect.server import create_server
from callgate.smcp import AsyncSMCPClient


def run(*parameters: str, **options: Any) -> None:
    """Takes what AsyncSMCPClient takes. Raises ConfigurationError before anything is read.

    Nothing but MCP goes to standard output.
    """
    anyio.run(_serve, AsyncSMCPClient(*parameters, **options))


async def _serve(client: AsyncSMCPClient) -> None:
    async with client, stdio_server() as (reading, writing):
        server = create_server(Agent(client))
        await server.run(reading, writing, server.create_initialization_options())
