"""A server of mcp 2.x with a stream that goes on: `subscriptions/listen`."""

from __future__ import annotations

from typing import Any

from attested_world import World
from callgate.attestation.mcp_server import AttestingServer
from tool_server import content, tool

LISTEN = {"notifications": {"toolsListChanged": True}}


def listen_server(world: World, **options: Any) -> AttestingServer:
    """Its tool ``touch`` tells listeners that tools have changed."""
    from mcp.server.lowlevel import Server
    from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged

    bus = InMemorySubscriptionBus()
    server: Any = Server("listening", version="1", on_subscriptions_listen=ListenHandler(bus))
    attesting = AttestingServer(server, world.verifier, clock=world.clock, **options)

    @attesting.list_tools()
    async def list_tools() -> list[Any]:
        return [tool("touch")]

    @attesting.call_tool()
    async def call_tool(name: str, arguments: dict[str, Any]) -> list[Any]:
        await bus.publish(ToolsListChanged())
        return [content("touched")]

    return attesting
