"""A gateway, or what stands before it, that lies in every way: never a result, always an error that
says which."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from blocking import Clients
from callgate.smcp import (
    ConnectionLost,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnreachable,
    InvalidResponse,
    RedirectRefused,
    ResponseTooLarge,
    SMCPError,
    ToolCallError,
    WrongResponseId,
)
from wire_gateway import Handler, Lie, WireGateway

SECOND = 0.4  # seconds that the clients of these tests wait


@pytest.fixture
def client(gateway: WireGateway, clients: Clients) -> Any:
    client = clients.smcp(
        gateway.url, call_timeout=SECOND, attest_timeout=SECOND, max_response_bytes=100_000
    )
    client.attest()
    return client


def raises(client: Any, gateway: WireGateway, lie: Lie, kind: type[SMCPError]) -> Any:
    gateway.call_lies.append(lie)
    with pytest.raises(SMCPError) as caught:
        client.call_tool("echo.any", {})
    assert type(caught.value) is kind, repr(caught.value)
    assert len(gateway.calls()) == 1, "a call that may have been executed is not sent again"
    assert client.security_token not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(gateway: WireGateway, client: Any, status: int) -> None:  # A64
    with WireGateway() as other:
        error = raises(
            client,
            gateway,
            lambda h: h.reply(status, b"", {"location": other.url + "/v1/smcp/invoke"}),
            RedirectRefused,
        )
        assert not other.seen
    assert error.http_status == status
    assert error.dispatched is None


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (403, {"detail": "denied"}, "denied"),
        (401, {"error": "unauthorized"}, "unauthorized"),
        (500, {"error": "boom"}, "boom"),
        (400, {"status": "error"}, "no reason given"),
        (200, {"status": "error", "message": "flat"}, "flat"),
        (418, {}, "no reason given"),
    ],
)
def test_an_error_of_another_shape_is_still_an_error(
    gateway: WireGateway, client: Any, status: int, body: Any, text: str
) -> None:  # A65
    error = raises(client, gateway, lambda h: h.reply_json(status, body), GatewayRefused)
    assert error.http_status == status
    assert error.code_name == "UPSTREAM_FAILED"
    assert text in error.message and str(status) in error.message


@pytest.mark.parametrize(
    ("body", "name", "status_code"),
    [
        ({"status": "error", "error": {"code": 1003, "message": "m"}}, "INVALID_TOKEN", 1003),
        ({"status": "error", "error_code": 2001, "message": "m"}, "TOOL_EXPLICITLY_DENIED", 2001),
        ({"status": "error", "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "m"}},
         "RATE_LIMIT_EXCEEDED", 2005),
        ({"status": "error", "error_code": "SCOPE_NOT_FOUND", "message": "m"},
         "SCOPE_NOT_FOUND", 3001),
        ({"status": "error", "error": {"code": 4242, "name": "WHATEVER", "message": "m"}},
         "UPSTREAM_FAILED", 4242),
        ({"status": "error", "error": {"code": True, "name": 7, "message": "m"}},
         "UPSTREAM_FAILED", 9006),
    ],
)  # fmt: skip
def test_error_bodies_of_every_generation_are_understood(
    gateway: WireGateway, client: Any, body: Any, name: str, status_code: int
) -> None:
    gateway.call_lies.append(lambda h: h.reply_json(403, body))
    with pytest.raises(GatewayRefused) as caught:
        client.call_tool("echo.any", {})
    assert caught.value.code_name == name
    assert caught.value.status_code == status_code
    assert caught.value.message.endswith("m")


@pytest.mark.parametrize(
    ("header", "member", "seconds"),
    [("7", None, 7.0), (None, 1.5, 1.5), ("7", 1.5, 1.5), ("soon", None, None), (None, -1, None),
     ("9" * 400, None, None), (None, 10**20, None), (None, True, None)],
)  # fmt: skip
def test_retry_after_is_read_from_body_or_header(
    gateway: WireGateway, client: Any, header: str | None, member: Any, seconds: float | None
) -> None:
    error = {"code": 2005, "message": "m", **({} if member is None else {"retry_after": member})}
    headers = {} if header is None else {"retry-after": header}
    gateway.call_lies.append(
        lambda h: h.reply_json(429, {"status": "error", "error": error}, headers)
    )
    with pytest.raises(SMCPError) as caught:
        client.call_tool("echo.any", {})
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"<html>ok</html>",
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{} {}",
        b'{"payload": NaN}',
        b'{"payload":{},"payload":{}}',
        b'{"payload":{"jsonrpc":"2.0","id":"x","result":1}',
        b'{"payload":"\xff"}',
    ],
)
def test_a_200_that_is_no_strict_json_object_is_no_result(
    gateway: WireGateway, client: Any, body: bytes
) -> None:  # A65
    error = raises(client, gateway, lambda h: h.reply(200, body), InvalidResponse)
    assert error.http_status == 200


@pytest.mark.parametrize("status", [404, 502])
def test_a_page_of_a_proxy_is_named_by_status_and_type(
    gateway: WireGateway, client: Any, status: int
) -> None:
    page = {"content-type": "text/html", "retry-after": "3"}
    error = raises(
        client, gateway, lambda h: h.reply(status, b"<h1>no</h1>", page), InvalidResponse
    )
    assert str(status) in error.message and "text/html" in error.message
    assert error.retry_after == 3.0


@pytest.mark.parametrize(
    "change",
    [
        {"jsonrpc": "1.0"},
        {"jsonrpc": None},
        {"result": ...},
        {"error": None},
        {"error": "text"},
        {"error": {"code": "x", "message": "m"}},
        {"error": {"code": 1}},
        {"error": {"code": 1, "message": "m"}},  # beside a result
    ],
)
def test_a_payload_that_is_not_json_rpc_is_no_result(
    gateway: WireGateway, client: Any, change: dict[str, Any]
) -> None:
    def lie(handler: Handler) -> None:
        payload = {"jsonrpc": "2.0", "id": handler.request_id, "result": {}, **change}
        body = {"payload": {k: v for k, v in payload.items() if v is not ...}}
        handler.reply_json(200, body)

    raises(client, gateway, lie, InvalidResponse)


@pytest.mark.parametrize("body", [{"result": {}}, {"payload": []}, {"payload": None}, {}])
def test_a_bare_result_is_no_result(gateway: WireGateway, client: Any, body: Any) -> None:
    raises(client, gateway, lambda h: h.reply_json(200, body), InvalidResponse)


@pytest.mark.parametrize("status", [201, 202, 204, 206])
def test_only_200_is_a_result(gateway: WireGateway, client: Any, status: int) -> None:
    def lie(handler: Handler) -> None:
        if status == 204:
            handler.reply(204, b"")
        else:
            handler.reply_json(status, handler.answer(result={}))

    raises(client, gateway, lie, InvalidResponse)


@pytest.mark.parametrize("request_id", ["req-0", "", 1, None, True, ["x"]])
def test_the_reply_to_another_request_is_no_result(
    gateway: WireGateway, client: Any, request_id: Any
) -> None:  # A66
    body = {"payload": {"jsonrpc": "2.0", "id": request_id, "result": {}}}
    raises(client, gateway, lambda h: h.reply_json(200, body), WrongResponseId)


def test_null_is_no_result(gateway: WireGateway, client: Any) -> None:
    raises(client, gateway, lambda h: h.reply_json(200, h.answer(result=None)), InvalidResponse)


@pytest.mark.parametrize("result", [0, False, "", [], {}])
def test_a_result_may_be_any_other_value(gateway: WireGateway, client: Any, result: Any) -> None:
    gateway.call_lies.append(lambda h: h.reply_json(200, h.answer(result=result)))
    assert client.call_tool("echo.any", {}) == result


def test_an_error_of_the_tools_server_is_carried(gateway: WireGateway, client: Any) -> None:
    rpc = {"code": -32602, "message": "bad\x1b[31m argument", "data": {"name": "path"}}
    error = raises(client, gateway, lambda h: h.reply_json(200, h.answer(error=rpc)), ToolCallError)
    assert (error.rpc_code, error.rpc_message, error.rpc_data) == (
        -32602, "bad\x1b[31m argument", {"name": "path"},
    )  # fmt: skip
    assert (error.dispatched, error.http_status) == (True, 200)
    assert "\x1b" not in str(error)
    assert error.request_id == gateway.calls()[0].json["payload"]["id"]


def test_a_compressed_reply_is_no_result(gateway: WireGateway, client: Any) -> None:
    assert gateway.seen[0].headers["accept-encoding"] == "identity"
    gzip = {"content-encoding": "gzip"}
    raises(client, gateway, lambda h: h.reply(200, b"\x1f\x8b", gzip), InvalidResponse)


def test_an_announced_size_over_the_bound_is_not_read(gateway: WireGateway, client: Any) -> None:
    def lie(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "100001")
        handler.end_headers()
        handler.gateway.stopping.wait(20)

    error = raises(client, gateway, lie, ResponseTooLarge)
    assert error.code_name == "LIMIT_EXCEEDED"


def test_an_endless_reply_is_read_up_to_the_bound(gateway: WireGateway, client: Any) -> None:
    sent = 0

    def lie(handler: Handler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        while True:  # until the client hangs up
            handler.wfile.write(b"1000\r\n" + b" " * 0x1000 + b"\r\n")
            sent += 0x1000

    raises(client, gateway, lie, ResponseTooLarge)
    assert sent < 64 << 20


def headers_for_ever() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for n in itertools.count():
        yield b"x-%d: y\r\n" % n


def header_byte_by_byte() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nx-slow: "
    while True:
        yield b"y"


def body_byte_by_byte() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n"
    while True:
        yield b" "


@pytest.mark.parametrize("drops", [header_byte_by_byte, body_byte_by_byte, headers_for_ever])
def test_a_dripping_reply_ends_at_the_time_out(
    gateway: WireGateway, client: Any, drops: Any
) -> None:
    def lie(handler: Handler) -> None:
        handler.close_connection = True
        for drop in itertools.islice(drops(), 500):
            handler.wfile.write(drop)
            handler.wfile.flush()
            if handler.gateway.stopping.wait(SECOND / 20):
                return

    error = raises(client, gateway, lie, GatewayTimeout)
    assert error.code_name == "UPSTREAM_TIMEOUT"
    assert error.dispatched is None
    assert "0.4 s" in error.message


def test_a_silent_gateway_ends_at_the_time_out(gateway: WireGateway, client: Any) -> None:
    raises(client, gateway, lambda h: _ignore(h.gateway.stopping.wait(20)), GatewayTimeout)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
    ],
)
def test_a_reply_that_breaks_off_is_no_result(
    gateway: WireGateway, client: Any, start: bytes
) -> None:
    def lie(handler: Handler) -> None:
        handler.wfile.write(start)
        handler.wfile.flush()
        handler.close_connection = True
        handler.connection.shutdown(2)

    error = raises(client, gateway, lie, ConnectionLost)
    assert error.dispatched is None


def test_a_reply_cut_where_the_connection_ends_it_is_no_result(
    gateway: WireGateway, client: Any
) -> None:
    def lie(handler: Handler) -> None:
        whole = json.dumps(handler.answer(result={"x": 1})).encode()
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + whole[:-3])
        handler.close_connection = True

    raises(client, gateway, lie, InvalidResponse)


@pytest.mark.parametrize(
    "change",
    [
        {"security_token": ...},
        {"security_token": ""},
        {"security_token": None},
        {"security_token": 7},
        {"security_token": "with space"},
        {"security_token": "x" * 8193},
        {"expires_at": 1700000000},
        {"expires_at": "tomorrow"},
        {"session_id": 7},
    ],
)
def test_an_attestation_without_a_token_is_no_attestation(
    gateway: WireGateway, clients: Clients, change: dict[str, Any]
) -> None:
    def lie(handler: Handler) -> None:
        _, body = handler.gateway.attest(handler.seen.json, "smcp/v1")
        body = {k: v for k, v in {**body, **change}.items() if v is not ...}
        handler.reply_json(200, body)

    gateway.attest_lies.append(lie)
    client = clients.smcp(gateway.url)
    with pytest.raises(InvalidResponse):
        client.attest()
    assert client.security_token is None


def test_a_gateway_that_says_only_the_token_is_enough(
    gateway: WireGateway, clients: Clients
) -> None:
    def lie(handler: Handler) -> None:
        _, body = handler.gateway.attest(handler.seen.json, "smcp/v1")
        handler.reply_json(200, {"security_token": body["security_token"]})

    gateway.attest_lies.append(lie)
    client = clients.smcp(gateway.url)
    result = client.attest()
    assert (result.expires_at, result.session_id) == (None, None)
    assert client.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("LEDGER_UNAVAILABLE", {}),
        ("AUDIT_UNAVAILABLE", {}),
        ("UPSTREAM_FAILED", {}),
        ("UPSTREAM_FAILED", {"details": {"cause": "not_running"}}),
    ],
)
def test_what_was_not_dispatched_for_a_passing_reason_is_signed_and_sent_again(
    gateway: WireGateway, client: Any, name: str, extra: dict[str, Any]
) -> None:
    gateway.call_lies.append(lambda h: h.reply_json(*gateway.error(503, name, "smcp/v1", **extra)))
    assert client.call_tool("echo.any", {"n": 1})["arguments"] == {"n": 1}
    first, second = (seen.json for seen in gateway.calls())
    assert first["signature"] != second["signature"]


@pytest.mark.parametrize("dispatched", [False, None])  # an attestation dispatches nothing
def test_an_attestation_waits_until_a_gateway_takes_it(
    gateway: WireGateway, clients: Clients, dispatched: bool | None
) -> None:
    extra: dict[str, Any] = {"dispatched": dispatched, "retry_after": 0.3}
    gateway.attest_lies.append(
        lambda h: h.reply_json(*gateway.error(429, "LIMIT_EXCEEDED", "smcp/v1", **extra))
    )
    clients.smcp(gateway.url).attest()
    assert len({seen.json["proof"] for seen in gateway.attestations()}) == 2


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("LIMIT_EXCEEDED", {}),
        ("UPSTREAM_FAILED", {"dispatched": True}),
        ("UPSTREAM_FAILED", {"dispatched": None}),
        ("UPSTREAM_FAILED", {"details": {"cause": "unknown_tool"}}),
        ("TOOL_NOT_ALLOWED", {"details": {"cause": "unknown_tool"}}),
        ("LEDGER_UNAVAILABLE", {"retry_after": 600}),
        ("LEDGER_FULL", {}),
        ("REPLAY_DETECTED", {}),
    ],
)
def test_nothing_else_is_sent_again(
    gateway: WireGateway, client: Any, name: str, extra: dict[str, Any]
) -> None:
    gateway.call_lies.append(lambda h: h.reply_json(*gateway.error(503, name, "smcp/v1", **extra)))
    with pytest.raises(GatewayRefused) as refused:
        client.call_tool("echo.any", {})
    assert refused.value.code_name == name
    assert len(gateway.calls()) == 1


def test_retries_have_an_end(gateway: WireGateway, client: Any) -> None:
    for _ in range(9):
        gateway.call_lies.append(
            lambda h: h.reply_json(*gateway.error(503, "LEDGER_UNAVAILABLE", "smcp/v1"))
        )
    with pytest.raises(GatewayRefused):
        client.call_tool("echo.any", {})
    assert len(gateway.calls()) == 3


def test_a_gateway_that_is_down_is_named_as_such(clients: Clients) -> None:
    with WireGateway() as gateway:
        url = gateway.url
    client = clients.smcp(url, retries=1)
    with pytest.raises(GatewayUnreachable) as down:
        client.attest()
    assert down.value.dispatched is False


def _ignore(value: object) -> None:
    del value
