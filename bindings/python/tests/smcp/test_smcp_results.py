"""A tool's result is bounded by bytes, and otherwise read as its server wrote it."""

from __future__ import annotations

from typing import Any

import pytest
from blocking import Clients
from callgate.smcp import InvalidResponse, SMCPError
from wire_gateway import Handler, Lie, WireGateway


@pytest.fixture
def client(gateway: WireGateway, clients: Clients) -> Any:
    client = clients.smcp(gateway.url)
    client.attest()
    return client


def answering(result: str) -> Lie:
    """The reply whose result is this text."""

    def lie(handler: Handler) -> None:
        head = f'{{"payload":{{"jsonrpc":"2.0","id":"{handler.request_id}","result":'
        handler.reply(200, (head + result + "}}").encode())

    return lie


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def depth(value: Any) -> int:
    levels = 0
    while isinstance(value, list):
        levels += 1
        value = value[0] if value else None
    return levels


@pytest.mark.parametrize("levels", [60, 61, 64, 65, 200, 500])
def test_nested_arrays_are_read(gateway: WireGateway, client: Any, levels: int) -> None:
    gateway.call_lies.append(answering(nested(levels)))
    assert depth(client.call_tool("echo.any", {})) == levels


@pytest.mark.parametrize("elements", [65_522, 65_523, 200_000])
def test_long_arrays_are_read(gateway: WireGateway, client: Any, elements: int) -> None:
    gateway.call_lies.append(answering("[" + ",".join(["0"] * elements) + "]"))
    assert len(client.call_tool("echo.any", {})) == elements


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"text":"\ud83d"}', {"text": "\ud83d"}),
        (r'{"text":"\ud83d\ude00"}', {"text": "\U0001f600"}),
        ('{"a":1,"a":2}', {"a": 2}),
        ('{"payload":1,"payload":2}', {"payload": 2}),
        ("[1.0,1e400,-0]", [1.0, float("inf"), 0]),
        (f'{{"big":{2**70}}}', {"big": 2**70}),
        (' { "a" : [ ] } ', {"a": []}),
    ],
)
def test_what_json_has_is_read(gateway: WireGateway, client: Any, text: str, value: Any) -> None:
    gateway.call_lies.append(answering(text))
    assert client.call_tool("echo.any", {}) == value


@pytest.mark.parametrize(
    "text",
    [
        nested(1_000_000),
        "[" * 1_000_000,
        '{"a":' * 1_000_000,
        "9" * 5000,
        "NaN",
        "[-Infinity]",
        '"\t"',
        "[1,]",
        "{1:2}",
    ],
    ids=lambda text: f"{text[:5]} of {len(text)}",
)
def test_what_python_cannot_read_is_an_error(gateway: WireGateway, client: Any, text: str) -> None:
    gateway.call_lies.append(answering(text))
    with pytest.raises(InvalidResponse) as refused:
        client.call_tool("echo.any", {})
    assert refused.value.code_name == "UPSTREAM_FAILED"
    assert len(str(refused.value)) < 500
    assert len(gateway.calls()) == 1
    gateway.call_lies.append(answering("[]"))
    assert client.call_tool("echo.any", {}) == [], "the client works on"


@pytest.mark.parametrize(
    "body",
    [
        '{"payload":{"jsonrpc":"2.0","id":"ID","result":1},"payload":{}}',
        '{"payload":{},"payl\\u006fad":{"jsonrpc":"2.0","id":"ID","result":1}}',
        '{"payload":{"jsonrpc":"2.0","id":"ID","result":1,"result":2}}',
        '{"payload":{"jsonrpc":"2.0","id":"ID","id":"ID","result":1}}',
        '\ufeff{"payload":{"jsonrpc":"2.0","id":"ID","result":1}}',
        '{"payload":{"jsonrpc":"2.0","id":"ID","result":1}}{}',
        '{"payload":{"jsonrpc":"2.0","id":"ID","result":1}',
        '{"payload":{"jsonrpc":"2.0","id":"ID","result":1},}',
        '{"payload" {"jsonrpc":"2.0","id":"ID","result":1}}',
        '{payload:{"jsonrpc":"2.0","id":"ID","result":1}}',
    ],
)
def test_what_is_around_a_result_stays_strict(gateway: WireGateway, client: Any, body: str) -> None:
    gateway.call_lies.append(lambda h: h.reply(200, body.replace("ID", h.request_id).encode()))
    with pytest.raises(InvalidResponse):
        client.call_tool("echo.any", {})


def test_space_around_a_result_is_read_over(gateway: WireGateway, client: Any) -> None:
    body = ' { "payload" : { "jsonrpc" : "2.0" , "id" : "ID" , "result" : 1 } , "x" : { } }\r\n'
    gateway.call_lies.append(lambda h: h.reply(200, body.replace("ID", h.request_id).encode()))
    assert client.call_tool("echo.any", {}) == 1


@pytest.mark.parametrize("data", [nested(500), r'"\ud83d"', '{"a":1,"a":2}'])
def test_errors_of_tools_are_read_alike(gateway: WireGateway, client: Any, data: str) -> None:
    error = f'"error":{{"code":1,"message":"m","data":{data}}}'
    body = f'{{"payload":{{"jsonrpc":"2.0","id":"ID",{error}}}}}'
    gateway.call_lies.append(lambda h: h.reply(200, body.replace("ID", h.request_id).encode()))
    with pytest.raises(SMCPError) as refused:
        client.call_tool("echo.any", {})
    assert type(refused.value).__name__ == "ToolCallError"
