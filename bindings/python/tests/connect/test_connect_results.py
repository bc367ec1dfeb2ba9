"""What `connect` makes of results that are none, cannot be written, or come in parts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from callgate.connect.results import tool_result, writable
from connect_process import launched
from gateway_process import GatewayProcess, running, write_gateway
from mcp.client.client import Client
from wire_gateway import Handler, Lie, WireGateway

pytestmark = pytest.mark.anyio

SERVER = Path(__file__).parent / "servers" / "modern.py"
CONTEXTS = """\
- name: clock
  capabilities: [{tool_pattern: "modern.*", only_arguments: []}]
"""
ASKS = (
    "The tool may have run: modern.ask asks for input before it gives a result "
    "(elicitation/create). No answer to that passes the gateway."
)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[GatewayProcess]:
    """With a real MCP server of 2026-07-28 behind it."""
    upstreams = {"modern": {"command": [sys.executable, str(SERVER)]}}
    config = write_gateway(tmp_path / "gateway", upstreams=upstreams)
    (config.parent / "contexts.yaml").write_text(CONTEXTS)
    executions = [{"workload_id": "exec-1", "scopes": ["clock"], "tie": "none"}]
    (config.parent / "executions.yaml").write_text(json.dumps(executions))
    with running(config) as gateway:
        yield gateway


def text(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


def answering(result: str) -> Lie:
    def lie(handler: Handler) -> None:
        head = f'{{"payload":{{"jsonrpc":"2.0","id":"{handler.request_id}","result":'
        handler.reply(200, (head + result + "}}").encode())

    return lie


def said(text: str) -> str:
    return f'{{"content":[{{"type":"text","text":"{text}"}}]}}'


async def called(client: Client, tool: str = "fs.read", **options: Any) -> types.CallToolResult:
    return await client.call_tool(tool, {}, **options)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_server_that_asks_for_input_is_reported_as_that(
    real: GatewayProcess, mode: str
) -> None:
    async with launched(real.url, mode, "--scope", "clock") as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == {
            "modern.ask",
            "modern.count",
        }
        result = await called(client, "modern.ask")
        assert result.is_error and text(result) == ASKS
        result = await called(client, "modern.count")
        assert not result.is_error and text(result) == "counted"


@pytest.mark.parametrize(
    ("requests", "kinds"),
    [
        ({"a": {"method": "elicitation/create"}}, " (elicitation/create)"),
        (
            {"a": {"method": "sampling/createMessage"}, "b": {"method": "roots/list"}},
            " (roots/list, sampling/createMessage)",
        ),
        ({"a": {"method": "what a model should not read"}, "b": 7}, ""),
        (["elicitation/create"], ""),
        (None, ""),
    ],
)
def test_what_is_asked_for_is_named_where_it_is_known(requests: Any, kinds: str) -> None:
    result = {"resultType": "input_required", "inputRequests": requests, "requestState": "s"}
    (content,) = tool_result(result, "x")["content"]
    assert content["text"] == (
        f"The tool may have run: x asks for input before it gives a result{kinds}. "
        "No answer to that passes the gateway."
    )


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_progress_goes_on_to_the_client_that_wants_it(
    gateway: WireGateway, mode: str
) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    def streaming(handler: Handler) -> None:
        body = handler.answer(result=json.loads(said("done")))
        lines = [
            r'{"progress":{"progress":1,"total":3,"message":"one \ud83d"}}',
            '{"progress":{"progress":2.5}}',
            json.dumps(body),
        ]
        data = "".join(f"{line}\n" for line in lines).encode()
        handler.reply(200, data, {"content-type": "application/x-ndjson"})

    async with launched(gateway.url, mode) as client:
        gateway.call_lies.append(streaming)
        assert text(await called(client, progress_callback=on_progress)) == "done"
        assert sorted(told) == [(1, 3, "one \ufffd"), (2.5, None, None)]
        gateway.call_lies.append(answering(said("plain")))
        assert text(await called(client)) == "plain"
    asked = [
        seen.headers["accept"]
        for seen in gateway.calls()
        if seen.json["payload"]["method"] == "tools/call"
    ]
    assert asked == ["application/json, application/x-ndjson", "application/json"]


async def test_a_gateway_that_passes_no_progress_on_gives_the_result(
    gateway: WireGateway,
) -> None:
    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        raise AssertionError("there is none")

    async with launched(gateway.url, "auto") as client:
        gateway.call_lies.append(answering(said("plain")))
        assert text(await called(client, progress_callback=on_progress)) == "plain"


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_every_result_gets_an_answer_whatever_is_in_it(
    gateway: WireGateway, mode: str
) -> None:
    async with launched(gateway.url, mode) as client:
        for sent, shown in (
            (said(r"\ud83d"), "\ufffd"),
            (said(r"\ude00\ud83d"), "\ufffd\ufffd"),
            (said(r"\ud83d\ude00"), "\U0001f600"),
            ('{"content":[],"content":[{"type":"text","text":"twice"}]}', "twice"),
        ):
            gateway.call_lies.append(answering(sent))
            result = await called(client)
            assert (result.is_error, text(result)) == (False, shown)
        deep = '{"content":[],"structuredContent":{"x":' + "[" * 500 + "]" * 500 + "}}"
        gateway.call_lies.append(answering(deep))
        result = await called(client)
        assert result.is_error
        assert text(result) == (
            "The tool ran: what fs.read returned is nested too deeply to be passed on."
        )
        gateway.call_lies.append(answering("[" * 1_000_000))
        assert text(await called(client)).startswith("The tool may have run: ")
        gateway.call_lies.append(answering('{"content":[],"structuredContent":{"x":[[[[]]]]}}'))
        assert (await called(client)).structured_content == {"x": [[[[]]]]}, "it works on"


async def test_sixty_one_nested_arrays_pass(gateway: WireGateway) -> None:
    async with launched(gateway.url, "auto") as client:
        for levels in (61, 100):
            nested = "[" * levels + "]" * levels
            sent = f'{{"content":[],"structuredContent":{{"x":{nested}}}}}'
            gateway.call_lies.append(answering(sent))
            assert (await called(client)).structured_content == json.loads(f'{{"x":{nested}}}')


async def test_a_listed_tool_that_cannot_be_written_is_written_as_unicode(
    gateway: WireGateway,
) -> None:
    async with launched(gateway.url, "auto") as client:
        tool = r'{"name":"a","description":"\ud83d","inputSchema":{"type":"object"}}'
        gateway.call_lies.append(answering(f'{{"tools":[{tool}]}}'))
        (listed,) = (await client.list_tools()).tools
        assert listed.description == "\ufffd"


def test_what_can_be_written_is_left_as_it_is() -> None:
    result = {"content": [], "structuredContent": {"big": 2**70, "half": 0.5, "text": "é\u2028"}}
    assert writable(result) == result
    surrogates = {"\ud83d": ["\ud83d\ude00", {"x": "\ude00", "n": 2**70}]}
    assert writable(surrogates) == {"\ufffd": ["\U0001f600", {"x": "\ufffd", "n": 2**70}]}
