"""An attesting server with three tools, on whichever line of the SDK is installed."""

from __future__ import annotations

import importlib
from typing import Any

import anyio
from attested_world import World
from callgate.attestation import _sdk_line as sdk
from callgate.attestation.mcp_server import AttestingServer, ToolGuard, create_attesting_server
from mcp.server.streamable_http import EventMessage, EventStore

TOOLS = ("whoami", "audit", "secret")
SCHEMA = {"type": "object", "properties": {}}


def tool(name: str) -> Any:
    fields = {"name": name, "description": name, "inputSchema": SCHEMA}
    return sdk.types.Tool.model_validate(fields)


def content(text: str) -> Any:
    return sdk.types.TextContent(type="text", text=text)


def tool_server(world: World, *guards: ToolGuard, **options: Any) -> AttestingServer:
    """A server of this world. Its tool ``whoami`` says who calls, ``wait`` never ends, the others
    say their name."""
    server = create_attesting_server(
        "tools", world.verifier, version="1.0.0", clock=world.clock, **options
    )

    @server.list_tools()
    async def list_tools() -> list[Any]:
        return [tool(name) for name in TOOLS]

    async def call_tool(name: str, arguments: dict[str, Any]) -> list[Any]:
        caller = server.get_attestation_context()
        assert caller is not None
        if name == "wait":
            await anyio.sleep_forever()
        return [content(f"{caller.subject} {caller.trust_level}" if name == "whoami" else name)]

    for guard in guards:
        needed = guard.requirement
        asked = (needed.trust_level, needed.issuer, needed.check)
        call_tool = server.require_attestation(*asked, tools=guard.tools)(call_tool)
    server.call_tool()(call_tool)
    return server


def bare_application() -> Any:
    """A server of the SDK's own with these tools, over HTTP, which answers in JSON."""
    if sdk.LINE == 1:
        fast = importlib.import_module("mcp.server.fastmcp")
        server, options = fast.FastMCP("bare", json_response=True), {}
    else:
        fast = importlib.import_module("mcp.server.mcpserver")
        server, options = fast.MCPServer("bare"), {"json_response": True}
    for name in TOOLS:
        server.tool(name=name)(lambda: "done")
    return server.streamable_http_app(**options)


class Events(EventStore):
    """What a server sent, for streams that are resumed."""

    def __init__(self) -> None:
        self._events: list[tuple[str, Any]] = []

    async def store_event(self, stream_id: str, message: Any) -> str:
        self._events.append((stream_id, message))
        return str(len(self._events))

    async def replay_events_after(self, last_event_id: str, send_callback: Any) -> str | None:
        after = int(last_event_id)
        stream = self._events[after - 1][0]
        for number, (stream_id, message) in enumerate(self._events[after:], after + 1):
            if stream_id == stream and message is not None:
                await send_callback(EventMessage(message, str(number)))
        return stream
