"""JWKSFetcher against real servers: well-behaved, broken and hostile ones."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from callgate.attestation.jwks import (
    CircuitBreakerConfig,
    JWKSFetcher,
    KeysUnavailable,
    RetryConfig,
    RetryError,
)
from callgate.attestation.observability import get_metrics, reset_metrics, trace_jwks_fetch
from jwks_server import (
    Clock,
    Handler,
    JwksServer,
    failing,
    jwks_server,
    new_key,
    published,
    tls_jwks_server,
)

pytestmark = pytest.mark.anyio
ONCE = RetryConfig(max_retries=0)
AT_ONCE = RetryConfig(base_delay=0.0)


@pytest.fixture
def server() -> Iterator[JwksServer]:
    with jwks_server() as server:
        yield server


@pytest.fixture
async def fetcher() -> AsyncIterator[JWKSFetcher]:
    async with JWKSFetcher(request_timeout_seconds=1.0, retry_config=ONCE) as fetcher:
        yield fetcher


async def refusal(fetcher: JWKSFetcher, server: JwksServer) -> str:
    with pytest.raises(KeysUnavailable) as refused:
        await fetcher.get_key(server.url, "k1")
    assert refused.value.where == server.url
    assert refused.value.code_name == "UPSTREAM_FAILED"
    return refused.value.message


async def test_a_key_is_fetched_once(fetcher: JWKSFetcher, server: JwksServer) -> None:
    for _ in range(3):
        assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]
    assert server.requests == ["/.well-known/jwks.json"]
    assert fetcher.metrics == {
        "cache_hits": 2,
        "cache_misses": 1,
        "fetch_success": 1,
        "fetch_failure": 0,
        "retries": 0,
        "circuit_breaker_rejections": 0,
    }


async def test_a_jwks_has_all_its_keys(fetcher: JWKSFetcher, server: JwksServer) -> None:
    server.keys["k2"] = new_key()
    jwks = await fetcher.get_jwks(server.url)
    assert [entry["kid"] for entry in jwks["keys"]] == ["k1", "k2"]
    assert jwks["keys"][0]["x"] == server.keys["k1"].to_jwk()["x"]
    assert "d" not in jwks["keys"][0]


async def test_a_jwks_without_keys_is_one(fetcher: JWKSFetcher, server: JwksServer) -> None:
    server.keys.clear()
    assert await fetcher.get_jwks(server.url) == {"keys": []}
    assert await fetcher.get_key(server.url, "k1") is None


async def test_a_server_with_tls_is_asked(tmp_path: Path) -> None:
    with tls_jwks_server(tmp_path) as (server, ca_file):
        async with JWKSFetcher(ca_file=ca_file) as fetcher:
            assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]


async def test_a_certificate_of_another_authority_is_refused(tmp_path: Path) -> None:
    with tls_jwks_server(tmp_path) as (server, _):
        async with JWKSFetcher(retry_config=AT_ONCE) as fetcher:
            assert "certificate does not verify" in await refusal(fetcher, server)
            assert fetcher.metrics["retries"] == 0
        assert server.requests == []


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    with tls_jwks_server(tmp_path) as (server, ca_file):
        sources = {server.url: server.url.replace("127.0.0.1", "localhost")}
        async with JWKSFetcher(ca_file=ca_file, sources=sources) as fetcher:
            assert "certificate does not verify" in await refusal(fetcher, server)


async def test_nothing_is_taken_from_the_environment(
    fetcher: JWKSFetcher, server: JwksServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["elsewhere", "http://169.254.169.254/latest/meta-data/"])
async def test_a_redirect_is_not_followed(
    fetcher: JWKSFetcher, server: JwksServer, status: int, to: str
) -> None:
    with jwks_server() as other:
        location = f"{other.url}/jwks" if to == "elsewhere" else to
        server.answer = lambda handler: handler.reply(b"", status, location=location)
        assert "redirects" in await refusal(fetcher, server)
        assert other.requests == []


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "", "application/jsonp"])
async def test_another_content_type_is_refused(
    fetcher: JWKSFetcher, server: JwksServer, kind: str
) -> None:
    server.answer = lambda handler: handler.reply(b'{"keys":[]}', kind=kind)
    assert "content-type" in await refusal(fetcher, server)


@pytest.mark.parametrize(
    "kind", ["application/jwk-set+json", "application/json; charset=utf-8", "Application/JSON"]
)
async def test_these_content_types_are_taken(
    fetcher: JWKSFetcher, server: JwksServer, kind: str
) -> None:
    server.answer = lambda handler: handler.reply(b'{"keys":[]}', kind=kind)
    assert await fetcher.get_jwks(server.url) == {"keys": []}


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b'{"keys":{}}', b'{"keys":[]', b"\xff"])
async def test_what_is_no_jwks_is_refused(
    fetcher: JWKSFetcher, server: JwksServer, body: bytes
) -> None:
    server.answer = lambda handler: handler.reply(body)
    assert "no JWKS" in await refusal(fetcher, server)


async def test_unusable_keys_are_passed_over(
    fetcher: JWKSFetcher, server: JwksServer, caplog: pytest.LogCaptureFixture
) -> None:
    good, twice = published("good", new_key()), published("twice", new_key())
    private = {**published("private", new_key()), "d": "sesame"}
    rsa = {"kty": "RSA", "kid": "good", "n": "sesame", "e": "AQAB"}
    again = published("twice", new_key())
    for_encryption = {**published("enc", new_key()), "use": "enc"}
    entries = [rsa, good, twice, again, private, for_encryption]
    server.answer = lambda handler: handler.reply(json.dumps({"keys": entries}).encode())
    with caplog.at_level(logging.WARNING, "callgate"):
        jwks = await fetcher.get_jwks(server.url)
    assert [entry["kid"] for entry in jwks["keys"]] == ["good"]
    assert jwks["keys"][0]["x"] == good["x"]
    assert len(caplog.records) == 5
    assert "sesame" not in caplog.text


def padded(size: int) -> bytes:
    """A JWKS without keys, of so many bytes."""
    return b'{"keys":[]}'.ljust(size)


async def test_256_kib_are_taken(fetcher: JWKSFetcher, server: JwksServer) -> None:
    server.answer = lambda handler: handler.reply(padded(256 * 1024))
    assert await fetcher.get_jwks(server.url) == {"keys": []}


async def test_a_body_that_says_it_is_larger_is_not_read(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    server.answer = lambda handler: handler.reply(padded(256 * 1024 + 1))
    assert "more than 262144 bytes" in await refusal(fetcher, server)


async def test_a_body_without_end_is_cut(fetcher: JWKSFetcher, server: JwksServer) -> None:
    sent = 0

    def endless(handler: Handler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("connection", "close")
        handler.end_headers()
        while not server.stopping.is_set():
            handler.wfile.write(b" " * 65536)
            sent += 65536

    server.answer = endless
    assert "more than 262144 bytes" in await refusal(fetcher, server)


async def test_64_keys_are_taken_and_65_refused(fetcher: JWKSFetcher, server: JwksServer) -> None:
    server.keys = {f"k{number}": new_key() for number in range(65)}
    assert "no JWKS" in await refusal(fetcher, server)
    del server.keys["k64"]
    fetcher.invalidate(server.url)
    assert len((await fetcher.get_jwks(server.url))["keys"]) == 64


async def test_a_compressed_body_is_refused_unread(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    bomb = gzip.compress(padded(100_000_000))
    server.answer = lambda handler: handler.reply(bomb, content_encoding="gzip")
    assert len(bomb) < 256 * 1024
    assert "compressed" in await refusal(fetcher, server)
    assert server.headers[0]["accept-encoding"] == "identity"


@pytest.mark.parametrize("where", ["head", "body"])
async def test_a_slow_reply_ends_at_the_deadline(server: JwksServer, where: str) -> None:
    """One byte at a time: each arrives in time, the whole does not."""

    def dripping(handler: Handler) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n"
        if where == "body":
            handler.wfile.write(head)
        for byte in head if where == "head" else padded(60000):
            if server.stopping.wait(0.02):
                return
            handler.wfile.write(bytes([byte]))

    server.answer = dripping
    async with JWKSFetcher(request_timeout_seconds=0.3, retry_config=ONCE) as fetcher:
        assert "no complete reply within 0.3 s" in await refusal(fetcher, server)


async def test_a_lookup_waits_no_longer_than_it_is_told(server: JwksServer) -> None:
    def silent(handler: Handler) -> None:
        server.stopping.wait(30)

    server.answer = silent
    async with JWKSFetcher(wait_seconds=0.1, retry_config=ONCE) as fetcher:
        assert "not fetched within 0.1 s" in await refusal(fetcher, server)


async def test_a_server_that_hangs_up_is_unavailable(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    def reset(handler: Handler) -> None:
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.close_connection = True

    server.answer = reset
    assert "connection failed or broke" in await refusal(fetcher, server)


async def test_a_body_that_is_cut_short_is_refused(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    def short(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"keys":[]}')
        handler.close_connection = True

    server.answer = short
    assert "connection failed or broke" in await refusal(fetcher, server)


async def test_no_server_is_unavailable(fetcher: JWKSFetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(KeysUnavailable):
        await fetcher.get_key(f"http://127.0.0.1:{port}", "k1")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_these_statuses_are_asked_again(server: JwksServer, status: int) -> None:
    server.next_answers = [failing(status)] * 3
    async with JWKSFetcher(retry_config=AT_ONCE) as fetcher:
        assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]
        assert fetcher.metrics["retries"] == 3
    assert len(server.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204])
async def test_these_statuses_are_final(server: JwksServer, status: int) -> None:
    server.next_answers = [failing(status)]
    async with JWKSFetcher(retry_config=AT_ONCE) as fetcher:
        assert f"status {status}" in await refusal(fetcher, server)
    assert len(server.requests) == 1


async def test_after_the_last_retry_the_error_has_the_last_one(server: JwksServer) -> None:
    server.answer = failing(503)
    async with JWKSFetcher(retry_config=AT_ONCE) as fetcher:
        with pytest.raises(KeysUnavailable) as refused:
            await fetcher.get_key(server.url, "k1")
    assert len(server.requests) == 4
    error = refused.value.__cause__
    assert isinstance(error, RetryError)
    assert "status 503" in str(error.last_error)


async def test_a_refusal_quotes_nothing_of_the_reply(
    fetcher: JWKSFetcher, server: JwksServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer = lambda handler: handler.reply(
        b'{"keys":"sesame"}', 200, "application/json", x_secret="sesame"
    )
    with caplog.at_level(logging.DEBUG, "callgate"):
        assert "sesame" not in await refusal(fetcher, server)
    assert server.url in caplog.text
    assert "sesame" not in caplog.text


async def test_many_cold_lookups_make_one_fetch(fetcher: JWKSFetcher, server: JwksServer) -> None:
    lookups = [fetcher.get_key(server.url, "k1") for _ in range(200)]
    assert set(await asyncio.gather(*lookups)) == {server.keys["k1"]}
    assert len(server.requests) == 1


def test_threads_with_loops_of_their_own_make_one_fetch(server: JwksServer) -> None:
    fetcher = JWKSFetcher(retry_config=ONCE)

    async def look_up() -> list[object]:
        return list(await asyncio.gather(*(fetcher.get_key(server.url, "k1") for _ in range(20))))

    async def main() -> None:
        found = await asyncio.gather(
            *(asyncio.to_thread(lambda: asyncio.run(look_up())) for _ in range(4))
        )
        assert {key for keys in found for key in keys} == {server.keys["k1"]}

    asyncio.run(main())
    assert len(server.requests) == 1
    assert asyncio.run(fetcher.get_key(server.url, "k1")) == server.keys["k1"]
    asyncio.run(fetcher.close())


async def test_a_lookup_that_is_given_up_ends_no_fetch(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    first = asyncio.create_task(fetcher.get_key(server.url, "k1"))
    await asyncio.sleep(0)
    second = asyncio.create_task(fetcher.get_key(server.url, "k1"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == server.keys["k1"]
    assert len(server.requests) == 1


async def test_the_breaker_stops_asking_and_tries_again(server: JwksServer) -> None:
    clock = Clock()
    server.answer = failing(503)
    breaker = CircuitBreakerConfig(failure_threshold=3, recovery_timeout=30.0)
    async with JWKSFetcher(
        retry_config=ONCE, circuit_breaker_config=breaker, cool_down_seconds=0, clock=clock
    ) as fetcher:
        for _ in range(3):
            assert "status 503" in await refusal(fetcher, server)
            clock.now += 1
        assert "circuit breaker is open" in await refusal(fetcher, server)
        assert len(server.requests) == 3
        assert fetcher.metrics["circuit_breaker_rejections"] == 1
        server.answer = server.publish
        clock.now += 28
        assert "circuit breaker is open" in await refusal(fetcher, server)
        clock.now += 1
        assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]
    assert len(server.requests) == 4


async def test_retries_end_when_the_breaker_opens(server: JwksServer) -> None:
    server.answer = failing(503)
    breaker = CircuitBreakerConfig(failure_threshold=2)
    async with JWKSFetcher(retry_config=AT_ONCE, circuit_breaker_config=breaker) as fetcher:
        await refusal(fetcher, server)
    assert len(server.requests) == 2


async def test_one_issuer_that_fails_stops_no_other(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    with jwks_server() as other:
        server.answer = failing(503)
        await refusal(fetcher, server)
        assert await fetcher.get_key(other.url, "k1") == other.keys["k1"]


async def test_close_ends_what_is_under_way(server: JwksServer) -> None:
    server.answer = failing(503)
    slow = RetryConfig(base_delay=60.0, max_delay=60.0)
    fetcher = JWKSFetcher(retry_config=slow)
    lookup = asyncio.create_task(fetcher.get_key(server.url, "k1"))
    while not server.requests:
        await asyncio.sleep(0.001)
    await fetcher.close()
    await fetcher.close()
    with pytest.raises(KeysUnavailable):
        await lookup
    assert "closed" in await refusal(fetcher, server)


async def test_a_fetch_in_a_program_s_span_counts_once(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    reset_metrics()
    with trace_jwks_fetch(server.url):
        await fetcher.get_key(server.url, "k1")
    assert get_metrics().to_dict()["counters"]["jwks_fetches"] == 1
    reset_metrics()


async def test_fetches_and_breakers_are_reported(server: JwksServer) -> None:
    reset_metrics()
    server.next_answers = [failing(503)]
    clock = Clock()
    breaker = CircuitBreakerConfig(failure_threshold=1, recovery_timeout=1.0)
    async with JWKSFetcher(
        retry_config=ONCE, circuit_breaker_config=breaker, cool_down_seconds=0, clock=clock
    ) as fetcher:
        await refusal(fetcher, server)
        clock.now += 1
        await fetcher.get_key(server.url, "k1")
    told = get_metrics().to_dict()
    assert told["counters"]["jwks_fetches"] == 2
    assert told["counters"]["jwks_fetch_errors"] == 1
    assert told["counters"]["circuit_breaker_opens"] == 1
    assert told["counters"]["cache_misses"] == 2
    assert told["gauges"]["cached_keys"] == 1
    assert told["histograms"]["jwks_fetch_duration_ms"]["count"] == 2
    assert json.dumps(get_metrics().get_events())
    reset_metrics()
