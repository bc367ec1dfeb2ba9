"""Real servers of both eras over both transports: the handshake, a call, and a changing listing."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from callgate.gateway.upstreams.upstream import Settings
from callgate.gateway.upstreams.upstreams import HttpSettings, Upstreams
from upstream_servers import (
    SERVERS,
    brief,
    eventually,
    everything_over_http,
    hostile,
    listening,
    node_server,
    python_server,
    refused,
    running,
    soon,
)

pytestmark = pytest.mark.anyio

HANDSHAKE, MODERN = "2025-11-25", "2026-07-28"
SUM = ("get-sum", b'{"a":1e2,"b":2.50}', "102.5")


@asynccontextmanager
async def server(which: str, tmp_path: Path, **settings: Any) -> AsyncIterator[Settings]:
    match which:
        case "everything stdio":
            yield node_server("server-everything", "stdio", name="one", **settings)
        case "filesystem stdio":
            yield node_server("server-filesystem", str(tmp_path), name="one", **settings)
        case "time stdio":
            yield python_server("mcp_server_time", name="one", **settings)
        case "git stdio":
            yield python_server("mcp_server_git", name="one", **settings)
        case "everything http":
            async with everything_over_http() as port:
                yield HttpSettings(name="one", url=f"http://127.0.0.1:{port}/mcp", **settings)
        case _:
            script = str(SERVERS / "http_mcp.py")
            async with listening(sys.executable, script) as port:
                yield HttpSettings(name="one", url=f"http://127.0.0.1:{port}/mcp", **settings)


def version(upstreams: Upstreams) -> str | None:
    return upstreams.versions()["one"]


@pytest.mark.parametrize(
    ("which", "era", "spoken", "call"),
    [
        ("everything stdio", "auto", HANDSHAKE, SUM),
        ("everything stdio", "initialize", HANDSHAKE, SUM),
        ("filesystem stdio", "auto", HANDSHAKE, ("list_allowed_directories", b"{}", "Allowed")),
        ("time stdio", "auto", MODERN, ("get_current_time", b'{"timezone":"UTC"}', "is_dst")),
        ("time stdio", "discover", MODERN, ("get_current_time", b'{"timezone":"UTC"}', "UTC")),
        ("time stdio", "initialize", HANDSHAKE, ("get_current_time", b'{"timezone":"UTC"}', "UTC")),
        ("git stdio", "auto", MODERN, ("git_status", b'{"repo_path":"/"}', "isError")),
        ("git stdio", "initialize", HANDSHAKE, ("git_status", b'{"repo_path":"/"}', "isError")),
        ("everything http", "auto", HANDSHAKE, SUM),
        ("everything http", "initialize", HANDSHAKE, SUM),
        ("python http", "auto", MODERN, ("add", b'{"a":1e2,"b":2.50}', "102.5")),
        ("python http", "discover", MODERN, ("add", b'{"a":1e2,"b":2.50}', "102.5")),
        ("python http", "initialize", HANDSHAKE, ("add", b'{"a":1e2,"b":2.50}', "102.5")),
    ],
)
async def test_a_server_is_greeted_in_its_era_and_called(
    which: str, era: str, spoken: str, call: tuple[str, bytes, str], tmp_path: Path
) -> None:
    tool, arguments, answers = call
    async with server(which, tmp_path, era=era) as one, running(one) as upstreams:
        assert version(upstreams) == spoken
        reply = await soon(upstreams.call(f"one.{tool}", arguments))
        assert reply.result is not None
        assert answers in reply.result.decode()
        # Each tool stands in the listing under its gateway name, its schema as the server has it.
        for definition in upstreams.tools():
            assert json.loads(definition.raw)["name"] == definition.name
            assert definition.name.startswith("one.")
            assert json.loads(definition.raw)["inputSchema"]["type"] == "object"


@pytest.mark.parametrize("which", ["everything stdio", "everything http"])
async def test_a_server_of_the_other_era_does_not_start_where_only_one_is_allowed(
    which: str, tmp_path: Path
) -> None:
    async with server(which, tmp_path, era="discover") as one, Upstreams([one]) as upstreams:
        assert upstreams.states() == {"one": "waiting"}
        assert brief(await refused(upstreams.call("one.echo", b"{}")))[2] is False


@pytest.mark.parametrize("era", ["initialize", "discover"])
async def test_a_tool_that_a_server_adds_is_offered_once_it_says_so(
    era: str, tmp_path: Path
) -> None:
    async with server("python http", tmp_path, era=era) as one, running(one) as upstreams:
        assert "one.grown" not in {tool.name for tool in upstreams.tools()}
        await soon(upstreams.call("one.grow", b"{}"))
        await eventually(lambda: "one.grown" in {tool.name for tool in upstreams.tools()})
        reply = await soon(upstreams.call("one.grown", b"{}"))
        assert reply.result is not None
        assert b"grown" in reply.result


async def test_an_argument_that_must_stand_in_a_header_does(tmp_path: Path) -> None:
    async with server("python http", tmp_path) as one, running(one) as upstreams:
        for region in ("eu-west", "日本", " spaced "):
            arguments = json.dumps({"region": region}).encode()
            reply = await soon(upstreams.call("one.where", arguments))
            assert reply.result is not None, reply.error
            assert json.loads(reply.result)["content"][0]["text"] == region


async def test_a_number_that_is_too_long_for_a_header_is_refused_before_it_is_sent(
    tmp_path: Path,
) -> None:
    async with server("python http", tmp_path) as one, running(one) as upstreams:
        refusal = await refused(upstreams.call("one.where", b'{"region":%b}' % (b"9" * 5000)))
        assert brief(refusal) == ("LIMIT_EXCEEDED", None, False)


async def test_the_listing_is_read_again_when_its_time_is_over() -> None:
    async with running(hostile(listing_ttl=0.05)) as upstreams:
        await soon(upstreams.call("bad.do", b'{"do":"rename quietly","names":["do","new"]}'))
        await eventually(lambda: "bad.new" in {tool.name for tool in upstreams.tools()})


async def test_the_meta_of_a_2026_call_is_the_gateways_own(tmp_path: Path) -> None:
    record = tmp_path / "lines"
    async with running(hostile("record", str(record), "discover", era="discover")) as upstreams:
        await soon(upstreams.call("bad.do", b'{"do":"answer"}'))
    params = json.loads(record.read_text().splitlines()[-1])["params"]
    assert params == {
        "name": "do",
        "arguments": {"do": "answer"},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientInfo": params["_meta"][
                "io.modelcontextprotocol/clientInfo"
            ],
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }
    assert params["_meta"]["io.modelcontextprotocol/clientInfo"]["name"] == "callgate"


async def test_no_client_capability_is_declared_in_the_handshake(tmp_path: Path) -> None:
    record = tmp_path / "lines"
    async with running(hostile("record", str(record))):
        pass
    assert json.loads(record.read_text().splitlines()[0])["params"]["capabilities"] == {}


async def test_a_listing_without_end_keeps_the_server_from_starting() -> None:
    async with Upstreams([hostile("endless-listing")]) as upstreams:
        assert upstreams.states() == {"bad": "waiting"}
