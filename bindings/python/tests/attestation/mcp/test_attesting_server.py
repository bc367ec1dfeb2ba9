"""AttestingServer: the SDK's decorators, for handlers that run as their caller or not at all."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from attested_world import AUDIENCE, ON_FIRST_LINE, SUBJECT, World, request
from callgate import CallgateError
from callgate.attestation import _sdk_line as sdk
from callgate.attestation.core import ANY_AUDIENCE, TrustLevel
from callgate.attestation.mcp_server import AttestingServer, create_attesting_server
from mcp.server.lowlevel.helper_types import ReadResourceContents
from stream_caller import StreamCaller, stream_server
from tool_server import content, tool

types = sdk.types


def full_server(world: World) -> AttestingServer:
    """A handler of each kind; each says who calls."""
    server = create_attesting_server(
        "full", world.verifier, instructions="Ask away.", clock=world.clock
    )

    def caller() -> str:
        context = server.get_attestation_context()
        return "unknown" if context is None else str(context.subject)

    @server.list_tools()
    async def list_tools() -> list[Any]:
        strict = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
        counted = {"name": "count", "inputSchema": strict, "outputSchema": strict}
        return [tool("plain"), types.Tool.model_validate(counted)]

    @server.call_tool()
    async def call_tool(name: str, arguments: dict[str, Any]) -> Any:
        if name == "count":
            return {"n": arguments["n"]}
        if name == "both":
            return [content("text")], {"also": "object"}
        if name == "fail":
            raise RuntimeError("it broke")
        return [content(caller())]

    @server.list_resources()
    async def list_resources() -> list[Any]:
        return [types.Resource(uri="test://a", name=caller())]

    @server.list_resource_templates()
    async def list_resource_templates() -> list[Any]:
        fields = {"uriTemplate": "test://{name}", "name": "by name"}
        return [types.ResourceTemplate.model_validate(fields)]

    @server.read_resource()
    async def read_resource(uri: Any) -> list[ReadResourceContents]:
        read: str | bytes = b"\x00\xff" if str(uri).endswith("b") else caller()
        return [ReadResourceContents(content=read, mime_type="text/x")]

    @server.list_prompts()
    async def list_prompts() -> list[Any]:
        return [types.Prompt(name="greet")]

    @server.get_prompt()
    async def get_prompt(name: str, arguments: dict[str, str] | None) -> Any:
        message = types.PromptMessage(role="user", content=content(f"{name} {caller()}"))
        return types.GetPromptResult(messages=[message])

    @server.completion()
    async def complete(ref: Any, argument: Any, context: Any) -> Any:
        return types.Completion(values=[argument.value + "!"])

    return server


def in_session(
    world: World, act: Callable[[StreamCaller], Awaitable[None]], server: AttestingServer
) -> None:
    async def run() -> None:
        async with stream_server(server) as caller:
            assert "result" in await caller.ask(world.initialize(world.held()))
            await caller.send(request("notifications/initialized", id=None))
            await act(caller)

    anyio.run(run)


def test_each_handler_runs_as_its_caller(world: World) -> None:
    async def act(caller: StreamCaller) -> None:
        async def result(method: str, params: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = (await caller.ask(request(method, params, id=5)))["result"]
            return answer

        async def called(name: str, **arguments: Any) -> dict[str, Any]:
            return await result("tools/call", {"name": name, "arguments": arguments})

        assert (await called("plain"))["content"][0]["text"] == SUBJECT
        assert (await called("count", n=3))["structuredContent"] == {"n": 3}
        both = await called("both")
        assert (both["content"][0]["text"], both["structuredContent"]) == (
            "text",
            {"also": "object"},
        )
        for name, arguments, text in [
            ("count", {}, "Input validation error"),
            ("count", {"n": "3"}, "Input validation error"),
            ("fail", {}, "it broke"),
        ]:
            failed = await called(name, **arguments)
            assert failed["isError"]
            assert text in failed["content"][0]["text"]
        [listed] = (await result("resources/list", {}))["resources"]
        assert listed["name"] == SUBJECT
        [template] = (await result("resources/templates/list", {}))["resourceTemplates"]
        assert template["uriTemplate"] == "test://{name}"
        [text_read] = (await result("resources/read", {"uri": "test://a"}))["contents"]
        assert (text_read["text"], text_read["mimeType"]) == (SUBJECT, "text/x")
        [binary] = (await result("resources/read", {"uri": "test://b"}))["contents"]
        assert base64.b64decode(binary["blob"]) == b"\x00\xff"
        [prompt] = (await result("prompts/list", {}))["prompts"]
        assert prompt["name"] == "greet"
        [message] = (await result("prompts/get", {"name": "greet"}))["messages"]
        assert message["content"]["text"] == f"greet {SUBJECT}"
        asked = {
            "ref": {"type": "ref/prompt", "name": "greet"},
            "argument": {"name": "a", "value": "b"},
        }
        assert (await result("completion/complete", asked))["completion"]["values"] == ["b!"]

    in_session(world, act, full_server(world))


def test_a_handler_without_a_caller_denies(world: World) -> None:
    """Of a server that was served without its wrapper."""

    async def run() -> None:
        server = full_server(world).server
        to_server, from_caller = anyio.create_memory_object_stream[Any](0)
        to_caller, answers = anyio.create_memory_object_stream[Any](16)
        async with to_server, answers, anyio.create_task_group() as tasks:
            tasks.start_soon(
                server.run, from_caller, to_caller, server.create_initialization_options()
            )
            caller = StreamCaller(to_server, answers)
            await caller.ask(world.initialize())
            await caller.send(request("notifications/initialized", id=None))
            requests: list[tuple[str, dict[str, Any]]] = [
                ("tools/list", {}),
                ("tools/call", {"name": "plain", "arguments": {}}),
                ("resources/read", {"uri": "test://a"}),
                ("prompts/get", {"name": "greet"}),
            ]
            for method, params in requests:
                answer = await caller.ask(request(method, params, id=9))
                if ON_FIRST_LINE:
                    assert answer["error"]["data"]["reason"] == "not_provided"
                else:  # there the handshake is denied, too
                    assert "error" in answer
            tasks.cancel_scope.cancel()

    anyio.run(run)


def test_a_guard_is_of_calls_and_stands_below(world: World) -> None:
    server = create_attesting_server("guarded", world.verifier)

    @server.call_tool()
    async def call_tool(name: str, arguments: dict[str, Any]) -> list[Any]:
        return []

    with pytest.raises(CallgateError, match="below"):
        server.require_attestation()(call_tool)

    @server.require_attestation()
    async def list_tools() -> list[Any]:
        return []

    with pytest.raises(CallgateError, match="call_tool"):
        server.list_tools()(list_tools)
    with pytest.raises(ValueError, match="highest"):
        server.require_attestation("highest")


def test_a_guarded_function_denies_without_a_caller(world: World) -> None:
    server = create_attesting_server("guarded", world.verifier)

    @server.require_attestation(trust_level=TrustLevel.PROVIDER, tools=["secret"])
    async def call_tool(name: str, arguments: dict[str, Any]) -> str:
        return name

    async def run() -> None:
        assert await call_tool("open", {}) == "open"
        with pytest.raises(Exception, match="does not meet what the server asks for"):
            await call_tool("secret", {})
        with pytest.raises(Exception, match="does not meet what the server asks for"):
            await call_tool(name="secret", arguments={})

    anyio.run(run)


def test_audiences_have_to_agree(world: World) -> None:
    assert (
        create_attesting_server("a", world.verifier, audience=AUDIENCE).verifier is world.verifier
    )
    with pytest.raises(CallgateError, match="another audience"):
        create_attesting_server("a", world.verifier, audience="https://other.example")
    anyone = World({"audience": ANY_AUDIENCE})
    with pytest.raises(CallgateError, match="no audience"):
        create_attesting_server("a", anyone.verifier, audience=AUDIENCE)
    assert create_attesting_server("a", anyone.verifier, "1.0.0").server.version == "1.0.0"


def test_capabilities_say_what_is_wanted(world: World) -> None:
    server = full_server(world)
    wanted = server.build_attestation_response()
    assert wanted == {
        "version": "0.1.0",
        "policy": "required",
        "required_claims": ["agent_identity", "attestation_metadata"],
    }
    options = server.create_initialization_options(experimental_capabilities={"other": {}})
    assert options.capabilities.experimental == {"other": {}, "security.attestation": wanted}
    assert server.get_capabilities().experimental == {"security.attestation": wanted}
    assert options.instructions == "Ask away."


@pytest.mark.parametrize("lifetime", [0, -1, 86401, True, "hour", None, float("nan")])
def test_a_lifetime_is_token_or_seconds(world: World, lifetime: Any) -> None:
    with pytest.raises(CallgateError, match="session_lifetime"):
        create_attesting_server("a", world.verifier, session_lifetime=lifetime)
