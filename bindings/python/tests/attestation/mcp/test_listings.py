"""A caller sees the tools that it may call, and calls no other."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from attested_world import ON_FIRST_LINE, World, request
from callgate.attestation.core import TrustLevel
from callgate.attestation.mcp_server import AttestationContext, ToolGuard, tool_guard, wrap_asgi
from http_caller import HttpCaller
from live_server import served
from starlette.middleware.gzip import GZipMiddleware
from tool_server import Events, bare_application

Open = Callable[..., HttpCaller]
second_line = pytest.mark.skipif(ON_FIRST_LINE, reason="mcp 1.x does not speak 2026-07-28")
ISSUER = "https://issuer.example.com"


def call(tool: Any) -> dict[str, Any]:
    return request("tools/call", {"name": tool, "arguments": {}}, id=8)


def session(world: World, serve: Open, *guards: ToolGuard, attested: bool = True) -> HttpCaller:
    caller = serve(world, *guards)
    caller.open(world.initialize(world.held() if attested else None))
    return caller


def listed(caller: HttpCaller) -> list[str]:
    tools = caller.send(request("tools/list", {}, id=7)).result["tools"]
    return [tool["name"] for tool in tools]


def checked(answer: Any) -> ToolGuard:
    return tool_guard(check=lambda context: answer, tools=["secret"])


@pytest.mark.parametrize(
    "guard",
    [
        tool_guard(issuer="https://other.example", tools=["secret"]),
        checked(False),
        checked(None),
        checked(1),  # true, but not True
        tool_guard(check=lambda context: 1 / 0 > 0, tools=["secret"]),
    ],
    ids=["issuer", "check says no", "says nothing", "says something true", "raises"],
)
def test_a_tool_is_kept_from_who_may_not_call_it(
    world: World, serve: Open, guard: ToolGuard
) -> None:
    caller = session(world, serve, guard)
    assert listed(caller) == ["whoami", "audit"]
    refused = caller.send(call("secret"))
    assert (refused.status, refused.code, refused.reason) == (200, -32006, "policy")
    assert "result" in caller.send(call("audit")).message


def test_a_tool_is_given_to_who_may_call_it(world: World, serve: Open) -> None:
    def check(context: AttestationContext) -> bool:
        return context.claims is not None and context.claims.agent_identity.provider == "anthropic"

    guard = tool_guard(TrustLevel.PROVIDER, ISSUER, check, tools=["secret"])
    caller = session(world, serve, guard)
    assert listed(caller) == ["whoami", "audit", "secret"]
    assert "result" in caller.send(call("secret")).message


def test_a_guard_without_tools_is_of_every_tool(serve: Open) -> None:
    world = World({"policy": "optional"})
    caller = session(world, serve, tool_guard(), attested=False)
    assert listed(caller) == []
    assert caller.send(call("whoami")).reason == "policy"
    attested = session(world, serve, tool_guard())
    assert listed(attested) == ["whoami", "audit", "secret"]


def test_an_unverified_caller_uses_what_is_not_guarded(serve: Open) -> None:
    world = World({"policy": "optional"})
    caller = session(world, serve, tool_guard(tools=["secret"]), attested=False)
    assert listed(caller) == ["whoami", "audit"]
    assert "result" in caller.send(call("audit")).message


@pytest.mark.parametrize("name", [1, None, ["secret"], {"name": "secret"}])
def test_a_name_that_is_no_text_passes_no_guard(serve: Open, name: Any) -> None:
    world = World({"policy": "optional"})
    caller = session(world, serve, tool_guard(tools=["secret"]), attested=False)
    assert caller.send(call(name)).reason == "policy"


def test_trust_levels_have_an_order() -> None:
    none, enterprise, provider = TrustLevel.NONE, TrustLevel.ENTERPRISE, TrustLevel.PROVIDER
    assert none < enterprise < provider
    with pytest.raises(ValueError, match="highest"):
        tool_guard("highest")
    with pytest.raises(TypeError, match=r"\['secret'\]"):
        tool_guard(tools="secret")


def test_a_stream_that_is_resumed_shows_no_more(world: World, serve: Open) -> None:
    guard = tool_guard(issuer="https://other.example", tools=["secret"])
    caller = serve(world, guard, http={"event_store": Events()})
    caller.open(world.initialize(world.held()))
    newest = {"mcp-protocol-version": "2025-11-25"}  # in which a stream begins with an event
    sent = caller.send(request("tools/list", {}, id=7), **newest)
    first = next(line[3:].strip() for line in sent.text.splitlines() if line.startswith("id:"))
    headers = {**caller.headers({}), **newest, "last-event-id": first}
    with caller.client.stream("GET", caller.url, headers=headers) as response:
        data = (line[5:] for line in response.iter_lines() if line.startswith("data: {"))
        result = json.loads(next(data))["result"]
    assert [tool["name"] for tool in result["tools"]] == ["whoami", "audit"]


def test_a_compressed_listing_is_not_passed_on(world: World) -> None:
    """It could not be filtered. A caller that takes compressed answers gets plain ones."""
    guard = tool_guard(issuer="https://other.example", tools=["secret"])

    def compressed(always: bool) -> Any:
        squeezed = GZipMiddleware(bare_application(), minimum_size=1)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            if always and scope["type"] == "http":
                scope = {**scope, "headers": [*scope["headers"], (b"accept-encoding", b"gzip")]}
            await squeezed(scope, receive, send)

        return wrap_asgi(app, world.verifier, guards=[guard], clock=world.clock)

    with served(compressed(False)) as url:
        caller = HttpCaller(url)
        caller.open(world.initialize(world.held()))
        assert listed(caller) == ["whoami", "audit"]
        caller.close()
    with served(compressed(True)) as url:
        caller = HttpCaller(url)
        answer = caller.send(world.initialize(world.held()))
        assert (answer.status, answer.text) == (500, "Internal Server Error")
        caller.close()


@second_line
def test_a_filtered_listing_is_private(world: World, serve: Open) -> None:
    guarded = serve(world, tool_guard(tools=["secret"], issuer="https://other.example"))
    answer = guarded.send(world.modern("tools/list", {}, world.held()))
    assert [tool["name"] for tool in answer.result["tools"]] == ["whoami", "audit"]
    assert answer.result["cacheScope"] == "private"
    refused = guarded.send(world.call("secret", world.held()))
    assert (refused.status, refused.code, refused.reason) == (403, -32015, "policy")
    assert refused.headers["www-authenticate"] == 'AgentAttestation error="policy"'
