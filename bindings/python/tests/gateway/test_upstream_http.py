"""A server over streamable HTTP: every way in which it, or the way to it, can fail a call."""

import asyncio
import ipaddress
import json
import logging
import socket
from pathlib import Path
from typing import Any

import pytest
from authorities import issued
from callgate.gateway.upstreams.transports.settings import TransportSettingsError
from callgate.gateway.upstreams.upstreams import HttpSettings, Upstreams
from callgate.gateway.wire.refusal import Refusal
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from upstream_servers import brief, do, eventually, hostile_http, refused, running, soon

pytestmark = pytest.mark.anyio


def call(what: str, **more: Any) -> bytes:
    return json.dumps({"do": what, **more}).encode()


async def test_the_result_comes_back_with_its_numbers_as_the_server_wrote_them() -> None:
    body = '{"id":ID, "result": {"n": [1e2, -0.0, 98765432109876543210]}, "jsonrpc": "2.0"}'
    async with hostile_http() as server, running(server) as upstreams:
        reply = await soon(upstreams.call("bad.do", call("raw", body=body)))
    assert reply.result == b'{"n":[1e2,-0.0,98765432109876543210]}'


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (call("status", status="500 Oops"), "http_status"),
        (call("status", status="503 Busy", headers=["retry-after: 1"]), "http_status"),
        (call("status", status="400 Bad"), "http_status"),
        (call("status", status="404 Gone"), "http_status"),
        (call("status", status="401 No", headers=["www-authenticate: Basic"]), "http_status"),
        (call("status", status="302 Away", headers=["location: http://127.0.0.1:9/"]),
         "redirected"),
        (call("status", status="307 Away", headers=["location: /mcp"]), "redirected"),
        (call("status", status="308 Away", headers=["location: /mcp"]), "redirected"),
        (call("status", status="202 Accepted"), "no_response"),
        (call("status", status="204 Nothing"), "no_response"),
        (call("raw", body="<html>", kind="text/html"), "content_type"),
        (call("raw", body="", kind="application/json"), "invalid_response"),
        (call("raw", body="nonsense"), "invalid_response"),
        (call("raw", body="[]"), "invalid_response"),
        (call("raw", body='{"jsonrpc":"2.0","id":"ID","result":{}}'), "invalid_response"),
        (call("raw", body='{"jsonrpc":"2.0","id":77777,"result":{}}'), "invalid_response"),
        (call("raw", body='{"jsonrpc":"2.0","id":ID,"result":1}'), "invalid_response"),
        (call("raw", body='{"jsonrpc":"2.0","id":ID,"method":"ping"}'), "invalid_response"),
        (call("gzip"), "content_encoding"),
        (call("close"), "connection_lost"),
        (call("truncate"), "connection_lost"),
        (call("garbage"), "connection_lost"),
        (call("events without answer"), "no_response"),
        (call("endless events"), "too_many_messages"),
        (call("endless lines"), "too_many_messages"),
    ],
)  # fmt: skip
async def test_whatever_happens_after_the_call_has_left_counts_as_dispatched(
    arguments: bytes, cause: str
) -> None:
    dispatched: list[int] = []
    async with hostile_http() as server, running(server) as upstreams:
        refusal = await refused(
            upstreams.call("bad.do", arguments, on_dispatch=lambda: dispatched.append(1))
        )
        assert brief(refusal) == ("UPSTREAM_FAILED", cause, True)
        assert dispatched == [1]
        # Sent once, and the upstream goes on.
        seen = json.loads(await do(upstreams, "seen"))
        assert seen.count(json.loads(arguments)["do"]) == 1


async def test_an_http_status_is_told() -> None:
    async with hostile_http() as server, running(server) as upstreams:
        refusal = await refused(upstreams.call("bad.do", call("status", status="503 Busy")))
    assert refusal.details == {"cause": "http_status", "http_status": 503}


async def test_an_error_for_this_very_call_is_forwarded_whatever_its_status() -> None:
    body = '{"jsonrpc":"2.0","id":ID,"error":{"code":-32602,"message":"no"}}'
    async with hostile_http() as server, running(server) as upstreams:
        arguments = call("status", status="400 Bad", body=body)
        reply = await soon(upstreams.call("bad.do", arguments))
        assert reply.error == b'{"code":-32602,"message":"no"}'
        foreign = call("status", status="400 Bad", body=body.replace("ID", "null"))
        refusal = await refused(upstreams.call("bad.do", foreign))
        assert brief(refusal) == ("UPSTREAM_FAILED", "http_status", True)


async def test_a_server_that_cannot_be_reached_was_not_sent_the_call() -> None:
    called: list[int] = []
    async with hostile_http() as server:
        upstreams = Upstreams([server])
        await upstreams.__aenter__()
    try:
        refusal = await refused(
            upstreams.call("bad.do", call("answer"), on_dispatch=lambda: called.append(1))
        )
        assert brief(refusal) == ("UPSTREAM_FAILED", "connect_failed", False)
        assert called == []
    finally:
        await upstreams.__aexit__(None, None, None)


async def test_a_listener_that_accepts_nothing_was_not_sent_the_call_either() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        server = HttpSettings(
            name="bad", url=f"https://127.0.0.1:{port}/mcp", connect_timeout=0.2, start_timeout=1
        )
        async with Upstreams([server]) as upstreams:
            assert upstreams.states() == {"bad": "waiting"}


@pytest.mark.parametrize("how", ["hang", "hang in body"])
async def test_a_slow_server_times_out_and_is_told(how: str) -> None:
    async with hostile_http(timeout=0.4) as server, running(server) as upstreams:
        refusal = await refused(upstreams.call("bad.do", call(how)))
        assert brief(refusal) == ("UPSTREAM_TIMEOUT", None, True)

        async def told() -> bool:
            return "notifications/cancelled" in await do(upstreams, "seen")

        while not await told():
            await asyncio.sleep(0.01)


async def test_on_dispatch_can_keep_the_call_from_leaving() -> None:
    def revoked() -> None:
        raise Refusal("SESSION_INACTIVE", dispatched=False)

    async with hostile_http() as server, running(server) as upstreams:
        refusal = await refused(upstreams.call("bad.do", call("answer"), on_dispatch=revoked))
        assert refusal.code_name == "SESSION_INACTIVE"
        assert json.loads(await do(upstreams, "seen")) == [
            '{"jsonrpc": "2.0", "method": "notifications/initialized"}',
            "seen",
        ]


@pytest.mark.parametrize("what", ["endless body", "endless event"])
async def test_reading_stops_where_the_result_cannot_fit_any_more(what: str) -> None:
    async with hostile_http() as server, running(server) as upstreams:
        refusal = await refused(upstreams.call("bad.do", call(what), max_result=100_000))
        assert brief(refusal) == ("OUTPUT_SIZE_EXCEEDED", None, True)
        assert await do(upstreams, "answer") == "done"


async def test_a_result_of_exactly_the_limit_passes_and_one_byte_more_is_withheld() -> None:
    room = len(b'{"text":""}')
    async with hostile_http() as server, running(server) as upstreams:
        fits = call("size", bytes=1000 - room)
        reply = await soon(upstreams.call("bad.do", fits, max_result=1000))
        assert reply.result is not None
        more = call("size", bytes=1001 - room)
        refusal = await refused(upstreams.call("bad.do", more, max_result=1000))
        assert brief(refusal) == ("OUTPUT_SIZE_EXCEEDED", None, True)


async def test_events_split_anywhere_make_one_message() -> None:
    async with hostile_http() as server, running(server) as upstreams:
        assert await do(upstreams, "split events") == "done"


async def test_what_comes_beside_the_answer_in_a_stream_is_counted_and_dropped() -> None:
    texts = [
        '{"jsonrpc":"2.0","method":"notifications/message","params":{}}',
        '{"jsonrpc":"2.0","id":555555,"result":{}}',
        "nonsense",
    ]
    async with hostile_http() as server, running(server) as upstreams:
        assert await do(upstreams, "events", texts=texts) == "done"
        counters = upstreams.counters()["bad"]
        assert counters.dropped_notifications == 1
        assert counters.unknown_responses == 1
        assert counters.garbage_messages == 1


async def test_a_request_of_the_server_is_answered_with_method_not_found() -> None:
    ask = '{"jsonrpc":"2.0","id":"mine","method":"sampling/createMessage","params":{}}'
    async with hostile_http() as server, running(server) as upstreams:
        assert await do(upstreams, "events", texts=[ask]) == "done"
        expected = {
            "jsonrpc": "2.0", "id": "mine",
            "error": {"code": -32601, "message": "Method not found"},
        }  # fmt: skip
        while json.dumps(expected) not in json.loads(await do(upstreams, "seen")):
            await asyncio.sleep(0.01)


async def test_a_session_that_the_server_forgot_is_begun_anew_and_no_call_is_sent_twice() -> None:
    async with hostile_http("session") as server, running(server) as upstreams:
        refusal = await refused(upstreams.call("bad.do", call("new session")))
        assert brief(refusal) == ("UPSTREAM_FAILED", "session_expired", True)
        await eventually(lambda: upstreams.counters()["bad"].starts == 2)
        await soon(upstreams.wait_for("bad", "ready"))
        assert json.loads(await do(upstreams, "seen")).count("new session") == 1


async def test_no_cookie_is_kept() -> None:
    async with hostile_http() as server, running(server) as upstreams:
        assert await do(upstreams, "cookie") == "done"
        assert "cookie a=b" not in json.loads(await do(upstreams, "seen"))


async def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with hostile_http() as server, running(server) as upstreams:
        assert await do(upstreams, "answer") == "done"


async def test_a_certificate_is_verified_against_the_configured_authority(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    async with hostile_http("tls", str(certificate), str(key), ca_file=certificate) as server:
        async with running(server) as upstreams:
            assert await do(upstreams, "answer") == "done"
        stranger = HttpSettings(name="bad", url=server.url)
        async with Upstreams([stranger]) as upstreams:
            assert upstreams.states() == {"bad": "waiting"}


async def test_the_environment_gets_no_keys_of_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = make_certificate(tmp_path)
    async with hostile_http("tls", str(certificate), str(key), ca_file=certificate) as server:
        monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
        async with running(server) as upstreams:
            assert await do(upstreams, "answer") == "done"
    assert not (tmp_path / "keys.log").exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/mcp",
        "http://127.0.0.1.example.org/mcp",
        "https://user:secret@example.org/mcp",
        "ftp://example.org/mcp",
        "https:///mcp",
        "https://example.org/mcp#here",
    ],
)
def test_a_url_that_is_no_safe_endpoint_is_refused(url: str) -> None:
    with pytest.raises(TransportSettingsError) as caught:
        HttpSettings(name="one", url=url)
    assert "secret" not in str(caught.value)


async def test_no_secret_of_the_settings_is_logged_or_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {"authorization": "Bearer s3cr3t"}
    async with hostile_http(headers=headers) as server, running(server) as upstreams:
        await refused(upstreams.call("bad.do", call("close")))
        assert "s3cr3t" not in repr(server)
    assert "s3cr3t" not in "".join(one.getMessage() for one in caplog.records)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    purpose = ExtendedKeyUsageOID.SERVER_AUTH
    return issued("127.0.0.1", names=[address], purpose=purpose).write(folder, "server")
