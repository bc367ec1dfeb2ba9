"""What a RedisReplayCache does without Redis where its operator chose a fallback; and TLS."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from authorities import authority
from callgate.attestation.cache import (
    CacheState,
    RedisConfig,
    RedisReplayCache,
    ReplayStoreUnavailable,
)
from cryptography import x509
from redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


def new_store(url: str) -> RedisReplayCache:
    return RedisReplayCache(config=RedisConfig(url=url, empty_is_lost=False))


def degradable(server: RedisServer) -> RedisReplayCache:
    config = RedisConfig(
        url=server.url, retry_delay=0.01, fallback_enabled=True, empty_is_lost=False
    )
    return RedisReplayCache(config=config)


def later(seconds: float) -> int:
    return int(time.time() + seconds)


async def test_only_short_lived_tokens_pass_without_redis(server: RedisServer) -> None:
    async with degradable(server) as cache:
        server.stop(kill=True)
        assert await cache.check_and_add("short", later(60)) is True
        with pytest.raises(ReplayStoreUnavailable) as refused:
            await cache.check_and_add("long", later(120))
        assert "at most 60 s left" in refused.value.message
        assert cache.state is CacheState.DEGRADED
        assert not cache.is_connected
        assert cache.get_health_status()["using_fallback"] is True
        assert cache.metrics.fallback_activations == 1


async def test_a_replay_without_redis_is_found(server: RedisServer) -> None:
    async with degradable(server) as cache:
        server.stop(kill=True)
        assert await cache.check_and_add("jti", later(60)) is True
        assert await cache.check_and_add("jti", later(60)) is False
        assert cache.metrics.replays_detected == 1


async def test_what_was_used_with_redis_is_found_without(server: RedisServer) -> None:
    async with degradable(server) as cache:
        assert await cache.check_and_add("jti", later(60)) is True
        server.stop(kill=True)
        assert await cache.check_and_add("jti", later(60)) is False


async def test_what_was_used_without_redis_is_told_to_it(tmp_path: Path) -> None:
    """A server that was away and kept its memory: it was only unreachable."""
    with redis_server(tmp_path) as server:
        async with degradable(server) as cache, new_store(server.url) as other:
            await cache.check_and_add("before", later(60))
            server.ask("CONFIG", "SET", "maxmemory", "1")
            assert await cache.check_and_add("meanwhile", later(60)) is True
            assert cache.get_health_status()["state"] == "degraded"
            server.ask("CONFIG", "SET", "maxmemory", "0")
            assert await cache.check_and_add("after", later(300)) is True
            assert cache.get_health_status()["state"] == "healthy"
            for jti in ("before", "meanwhile", "after"):
                assert await other.check_and_add(jti, later(300)) is False
            assert await cache.check_and_add("meanwhile", later(60)) is False


async def test_a_store_that_lost_its_memory_is_as_none(server: RedisServer) -> None:
    async with degradable(server) as cache:
        assert await cache.check_and_add("used", later(60)) is True
        server.stop()
        server.start()
        assert await cache.check_and_add("used", later(60)) is False
        assert await cache.check_and_add("short", later(60)) is True
        with pytest.raises(ReplayStoreUnavailable):
            await cache.check_and_add("long", later(300))
        assert cache.state is CacheState.DEGRADED


async def test_a_start_without_redis_is_degraded(server: RedisServer) -> None:
    server.stop(kill=True)
    async with degradable(server) as cache:
        assert cache.state is CacheState.DEGRADED
        assert await cache.check_and_add("jti", later(60)) is True
    with pytest.raises(ReplayStoreUnavailable):
        async with new_store(server.url):
            raise AssertionError


async def test_redis_is_spoken_to_over_tls(tmp_path: Path) -> None:
    root = authority("Stores")
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = root.issue("redis", serves=True, names=names)
    for name, pem in (("ca", root.pem), ("leaf", leaf.pem), ("key", leaf.key_pem)):
        (tmp_path / f"{name}.pem").write_bytes(pem)
    (tmp_path / "other.pem").write_bytes(authority("Others").pem)
    server = RedisServer(
        tmp_path,
        tls_port="0",
        tls_cert_file=str(tmp_path / "leaf.pem"),
        tls_key_file=str(tmp_path / "key.pem"),
        tls_ca_cert_file=str(tmp_path / "ca.pem"),
        tls_auth_clients="no",
    )
    server.start()
    try:
        port = server.free_port()
        server.ask("CONFIG", "SET", "tls-port", port)
        url = f"rediss://127.0.0.1:{port}?ssl_ca_certs={tmp_path}"
        async with new_store(f"{url}/ca.pem") as cache:
            assert await cache.check_and_add("jti", later(60)) is True
            assert await cache.check_and_add("jti", later(60)) is False
        for wrong in (f"{url}/other.pem", f"{url}/ca.pem".replace("127.0.0.1", "localhost")):
            with pytest.raises(ReplayStoreUnavailable):
                async with new_store(wrong):
                    raise AssertionError
    finally:
        server.stop(kill=True)
