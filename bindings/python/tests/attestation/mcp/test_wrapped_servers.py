"""`wrap_streams` and `wrap_asgi` before servers of the SDK's own making."""

from __future__ import annotations

import importlib
from typing import Any

import anyio
import pytest
from attested_world import ON_FIRST_LINE, SUBJECT, World, request
from callgate import CallgateError
from callgate.attestation import _sdk_line as sdk
from callgate.attestation.mcp_server import attestation_of, wrap_asgi, wrap_streams
from http_caller import HttpCaller
from live_server import served
from stream_caller import StreamCaller
from tool_server import tool_server

INITIALIZED = request("notifications/initialized", id=None)


def fast_server() -> tuple[Any, Any]:
    """A FastMCP or MCPServer, and the low-level server in it. Its tool asks its client first."""
    if ON_FIRST_LINE:
        fast = importlib.import_module("mcp.server.fastmcp")
        server = fast.FastMCP("fast")
        lowlevel = server._mcp_server
    else:
        fast = importlib.import_module("mcp.server.mcpserver")
        server = fast.MCPServer("fast")
        lowlevel = server._lowlevel_server

    async def ask(ctx: Any) -> str:
        await ctx.session.send_ping()
        caller = attestation_of(ctx)
        return str(caller and caller.subject)

    ask.__annotations__["ctx"] = fast.Context
    server.tool()(ask)
    return server, lowlevel


def test_a_server_may_ask_its_verified_client(world: World) -> None:
    async def run() -> None:
        to_server, from_caller = anyio.create_memory_object_stream[Any](0)
        to_caller, answers = anyio.create_memory_object_stream[Any](16)
        _, lowlevel = fast_server()
        streams = wrap_streams(from_caller, to_caller, world.verifier, clock=world.clock)
        async with to_server, answers, anyio.create_task_group() as tasks:
            options = lowlevel.create_initialization_options()
            tasks.start_soon(lowlevel.run, *streams, options)
            caller = StreamCaller(to_server, answers)
            await caller.ask(world.initialize(world.held()))
            await caller.send(INITIALIZED)
            await caller.send(request("tools/call", {"name": "ask", "arguments": {}}, id=7))
            asked = await caller.receive()
            assert asked["method"] == "ping"
            await caller.send({"jsonrpc": "2.0", "id": asked["id"], "result": {}})
            answer = await caller.receive()
            assert answer["id"] == 7
            assert answer["result"]["content"][0]["text"] == SUBJECT
            tasks.cancel_scope.cancel()

    anyio.run(run)


def test_paths_may_be_left_open(world: World) -> None:
    server, _ = fast_server()

    async def health(request: Any) -> Any:
        from starlette.responses import PlainTextResponse

        return PlainTextResponse("well")

    server.custom_route("/healthz", methods=["GET"])(health)
    app = server.streamable_http_app()
    wrapped = wrap_asgi(app, world.verifier, open_paths=["/healthz"], clock=world.clock)
    with served(wrapped, path="") as base:
        caller = HttpCaller(base)
        assert caller.client.get(f"{base}/healthz").text == "well"
        for path in ("/healthzz", "/mcp", "/healthz/../mcp", "/"):
            raw = caller.client.build_request("GET", base)
            raw.url = raw.url.copy_with(raw_path=path.encode())
            assert caller.client.send(raw).json()["error"]["data"]["reason"] == "not_provided"
        caller.close()
    with pytest.raises(TypeError, match="list of paths"):
        wrap_asgi(app, world.verifier, open_paths="/healthz")
    for path in ("", "/", "healthz", "/healthz/"):
        with pytest.raises(CallgateError, match="open_paths"):
            wrap_asgi(app, world.verifier, open_paths=[path])


def test_the_path_of_mcp_is_not_left_open(world: World) -> None:
    with pytest.raises(CallgateError, match="open_paths: /api/mcp"):
        tool_server(world).streamable_http_app(path="/api/mcp", open_paths=["/api"])


def test_websockets_are_closed(world: World) -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("the server saw it")

    async def send(event: Any) -> None:
        sent.append(event)

    wrapped: Any = wrap_asgi(app, world.verifier)
    anyio.run(wrapped, {"type": "websocket", "path": "/mcp", "headers": []}, None, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_context_of_the_sdk_without_a_wrapper_has_no_caller() -> None:
    assert attestation_of(None) is None
    assert attestation_of(sdk.ServerMessageMetadata()) is None
