"""Message streams: what a stdio server reads was judged, and what it writes is for this caller."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from attested_world import ON_FIRST_LINE, SUBJECT, World, request
from callgate.attestation import _sdk_line as sdk
from callgate.attestation.enforcement.judge import Judge
from callgate.attestation.enforcement.streams import attested_streams
from callgate.attestation.mcp_server import AttestingServer, tool_guard
from stream_caller import StreamCaller, stream_server
from tool_server import tool_server

second_line = pytest.mark.skipif(ON_FIRST_LINE, reason="mcp 1.x does not speak 2026-07-28")
LIST = request("tools/list", {}, id=7)
CALL = request("tools/call", {"name": "whoami", "arguments": {}}, id=8)
INITIALIZED = request("notifications/initialized", id=None)


def with_caller(server: AttestingServer, act: Callable[[StreamCaller], Awaitable[None]]) -> None:
    async def run() -> None:
        async with stream_server(server) as caller:
            await act(caller)

    anyio.run(run)


def said(answer: dict[str, Any]) -> str:
    return str(answer["result"]["content"][0]["text"])


def test_a_verified_caller_is_answered(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        opened = await caller.ask(world.initialize(world.held()))
        status = opened["result"]["capabilities"]["experimental"]["security.attestation"]
        assert status["verification_status"] == "verified"
        await caller.send(INITIALIZED)
        assert [tool["name"] for tool in (await caller.ask(LIST))["result"]["tools"]] == [
            "whoami",
            "audit",
            "secret",
        ]
        assert said(await caller.ask(CALL)) == f"{SUBJECT} provider"

    with_caller(tool_server(world), act)


def test_nothing_but_a_ping_is_answered_before_that(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        for message in (LIST, CALL, world.initialize(), request("no/such", id=9)):
            assert await caller.reason(message) == "not_provided"
        assert await caller.reason(world.initialize(world.impostor())) == "signature"
        assert (await caller.ask(request("ping", id=3)))["result"] == {}

    with_caller(tool_server(world), act)


def test_notifications_and_responses_are_dropped_before_that(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        await caller.send(INITIALIZED)
        await caller.send({"jsonrpc": "2.0", "id": 1, "result": {}})
        assert await caller.silent()

    server = tool_server(world)
    with_caller(server, act)
    assert server.dropped_messages == 2


def test_what_the_transport_could_not_read_is_dropped(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        await caller.send_unreadable()
        assert await caller.silent()

    server = tool_server(world)
    with_caller(server, act)
    assert server.dropped_messages == 1


def with_silent_server(
    world: World, act: Callable[[StreamCaller, Callable[[], Awaitable[None]]], Awaitable[None]]
) -> None:
    """A gate whose server answers nothing, and says something by itself when the test wants."""

    async def run() -> None:
        to_gate, from_caller = anyio.create_memory_object_stream[Any](0)
        to_caller, from_gate = anyio.create_memory_object_stream[Any](16)
        judge = Judge(world.verifier, clock=world.clock)
        reading, writing = attested_streams(judge, from_caller, to_caller)

        async def read() -> None:
            while True:
                await reading.receive()

        async def speak() -> None:
            await anyio.wait_all_tasks_blocked()
            await writing.send(sdk.message_of(request("notifications/message", {}, id=None)))

        async with (
            to_gate,
            from_gate,
            from_caller,
            to_caller,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(read)
            await act(StreamCaller(to_gate, from_gate), speak)
            tasks.cancel_scope.cancel()

    anyio.run(run)


def test_a_server_says_nothing_to_a_caller_that_was_not_let_in(world: World) -> None:
    async def act(caller: StreamCaller, speak: Callable[[], Awaitable[None]]) -> None:
        await speak()
        await caller.send(request("ping", id=1))
        await speak()
        await caller.send(world.initialize(id=2))
        assert (await caller.receive())["id"] == 2
        await caller.send(world.initialize(world.held(), id=3))
        await speak()
        assert (await caller.receive())["method"] == "notifications/message"

    with_silent_server(world, act)


def test_a_server_speaks_to_an_anonymous_caller_that_is_let_in() -> None:
    async def act(caller: StreamCaller, speak: Callable[[], Awaitable[None]]) -> None:
        await caller.send(world.initialize(id=1))
        await caller.send(request("notifications/cancelled", {"requestId": 1}, id=None))
        await speak()
        assert (await caller.receive())["method"] == "notifications/message"
        await caller.send(world.initialize(world.impostor(), id=2))
        assert (await caller.receive())["id"] == 2
        await speak()
        await caller.send(world.initialize(world.impostor(), id=3))
        assert (await caller.receive())["id"] == 3

    world = World({"policy": "preferred"})
    with_silent_server(world, act)


def test_a_handshake_is_a_request(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        proven = world.initialize(world.held())
        await caller.send({name: proven[name] for name in ("jsonrpc", "method", "params")})
        assert await caller.reason(LIST) == "not_provided"
        await caller.ask(world.initialize(world.held(), id=2))
        await caller.send(INITIALIZED)
        await caller.send(request("initialize", {}, id=None))
        assert said(await caller.ask(CALL)) == f"{SUBJECT} provider"

    with_caller(tool_server(world), act)


def test_a_second_handshake_is_judged_anew(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        await caller.ask(world.initialize(world.held()))
        await caller.send(INITIALIZED)
        second = world.initialize(world.bearer(), id=2)
        assert "result" in await caller.ask(second)
        assert said(await caller.ask(CALL)) == f"{SUBJECT} provider"
        assert await caller.reason({**second, "id": 3}) == "replay"
        assert await caller.reason(CALL) == "not_provided"

    with_caller(tool_server(world), act)


def test_two_requests_at_a_time_have_two_ids(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        await caller.ask(world.initialize(world.held()))
        await caller.send(INITIALIZED)
        await caller.send(request("tools/call", {"name": "wait", "arguments": {}}, id=8))
        assert (await caller.ask(CALL))["error"]["code"] == -32600
        assert said(await caller.ask({**CALL, "id": "8"})) == f"{SUBJECT} provider"

    with_caller(tool_server(world), act)


def test_a_session_ends_after_its_lifetime(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        await caller.ask(world.initialize(world.held()))
        await caller.send(INITIALIZED)
        world.clock.now += 59
        assert said(await caller.ask(CALL)) == f"{SUBJECT} provider"
        world.clock.now += 1
        assert await caller.reason(CALL) == "expired"
        assert "result" in await caller.ask(world.initialize(world.held(), id=2))

    with_caller(tool_server(world, session_lifetime=60), act)


def test_a_denial_ends_a_session(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        await caller.ask(world.initialize(world.held()))
        await caller.send(INITIALIZED)
        world.deny(denied_key_ids=["key-1"])
        assert await caller.reason(CALL) == "kid"

    with_caller(tool_server(world), act)


def test_tools_are_listed_and_called_as_guards_allow(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        await caller.ask(world.initialize(world.held()))
        await caller.send(INITIALIZED)
        listed = (await caller.ask(LIST))["result"]["tools"]
        assert [tool["name"] for tool in listed] == ["whoami", "audit"]
        secret = request("tools/call", {"name": "secret", "arguments": {}}, id=9)
        assert await caller.reason(secret) == "policy"
        assert said(await caller.ask(CALL)) == f"{SUBJECT} provider"

    guard = tool_guard(issuer="https://other.example", tools=["secret"])
    with_caller(tool_server(world, guard), act)


@second_line
def test_each_request_of_the_modern_era_is_judged(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        held = world.held()
        found = await caller.ask(world.modern("server/discover", id=1))
        assert "dev.callgate/agent-attestation" in found["result"]["capabilities"]["extensions"]
        message = world.call("whoami", held, id=2)
        assert said(await caller.ask(message)) == f"{SUBJECT} provider"
        assert await caller.reason(message) == "replay"
        assert await caller.reason(world.call("whoami", id=3)) == "not_provided"
        other = world.call("whoami", held, id=4)
        other["params"]["name"] = "secret"
        assert await caller.reason(other) == "proof"
        world.clock.now += 400
        assert await caller.reason(world.call("whoami", held, id=5)) == "expired"

    with_caller(tool_server(world), act)


@second_line
def test_a_cancellation_needs_a_proof_too(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        await caller.ask(world.call("whoami", world.held(), id=2))
        cancelled = ("notifications/cancelled", {"requestId": 2})
        await caller.send(world.modern(*cancelled, id=None))
        assert await caller.silent()
        await caller.send(world.modern(*cancelled, world.held(), id=None))
        assert await caller.silent()

    server = tool_server(world)
    with_caller(server, act)
    assert server.dropped_messages == 1
