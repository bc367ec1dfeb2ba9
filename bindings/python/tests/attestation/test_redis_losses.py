"""RedisReplayCache against servers that lost what they remembered, or may lose it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from callgate.attestation.cache import (
    RedisReplayCache,
    ReplayStoreUnavailable,
)
from redis_caches import PREFIX, cache, config, key, later, refusal, server
from redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio
__all__ = ["cache", "server"]  # fixtures


async def test_after_a_flush_everything_is_denied(
    cache: RedisReplayCache, server: RedisServer
) -> None:
    used = key()
    assert await cache.check_and_add(used, later()) is True
    server.ask("FLUSHALL")
    assert "does not remember all tokens" in await refusal(cache, used)
    assert "does not remember all tokens" in await refusal(cache)
    remaining = server.ask("PTTL", PREFIX + "incomplete")
    assert (300 + 181 + 60) * 1000 - 5000 < remaining <= (300 + 181 + 60) * 1000
    async with RedisReplayCache(config=config(server)) as other:
        assert "does not remember all tokens" in await refusal(other)
    # As if the time had passed.
    server.ask("DEL", PREFIX + "incomplete")
    assert await cache.check_and_add(key(), later()) is True


async def test_a_verifier_started_after_a_flush_does_not_hide_it(
    cache: RedisReplayCache, server: RedisServer
) -> None:
    used = key()
    assert await cache.check_and_add(used, later()) is True
    server.ask("FLUSHALL")
    async with RedisReplayCache(config=config(server)) as newcomer:
        assert await newcomer.check_and_add(key(), later()) is True
        await refusal(cache, used)
        await refusal(newcomer)


async def test_after_a_restart_everything_is_denied(
    cache: RedisReplayCache, server: RedisServer
) -> None:
    await cache.check_and_add(key(), later())
    server.stop()
    server.start()
    assert "does not remember all tokens" in await refusal(cache)
    server.ask("DEL", PREFIX + "incomplete")
    assert await cache.check_and_add(key(), later()) is True
    assert cache.metrics.reconnections == 1


async def test_a_restart_with_old_data_is_found_by_newcomers_too(tmp_path: Path) -> None:
    """A dump has every key of an earlier time, and lacks those of a later one."""
    with redis_server(tmp_path, save="3600 1", shutdown_on_sigterm="nosave") as server:
        async with RedisReplayCache(config=config(server)) as cache:
            await cache.check_and_add(key(), later())
            server.ask("SAVE")
            forgotten = key()
            await cache.check_and_add(forgotten, later())
        server.stop()
        server.start()
        assert server.ask("GET", PREFIX + "generation") is not None
        async with RedisReplayCache(config=config(server)) as newcomer:
            assert "does not remember all tokens" in await refusal(newcomer, forgotten)


async def test_racing_discoverers_of_a_loss_agree(server: RedisServer) -> None:
    caches = [RedisReplayCache(config=config(server)) for _ in range(4)]
    try:
        for cache in caches:
            await cache.check_and_add(key(), later())
        server.ask("FLUSHALL")
        await asyncio.gather(*(refusal(cache) for cache in caches * 3))
        server.ask("DEL", PREFIX + "incomplete")
        for cache in caches:
            assert await cache.check_and_add(key(), later()) is True
    finally:
        for cache in caches:
            await cache.close()


async def test_an_empty_store_counts_as_lost(server: RedisServer) -> None:
    async with RedisReplayCache(server.url) as cache:
        assert "does not remember all tokens" in await refusal(cache)


@pytest.mark.parametrize("away", [-3600, 3600])
async def test_the_end_of_a_key_is_of_the_server_s_clock(tmp_path: Path, away: int) -> None:
    server = RedisServer(tmp_path)
    server.move_clock(away)
    server.start()
    try:
        assert abs(server.ask("TIME")[0] - time.time() - away) < 5
        async with RedisReplayCache(config=config(server)) as cache:
            one = key()
            assert await cache.check_and_add(one, later(100)) is True
            assert abs(server.ask("PTTL", PREFIX + one) - 160_000) < 5000
            assert await cache.check_and_add(one, later(100)) is False
    finally:
        server.stop(kill=True)


async def test_a_clock_that_goes_ahead_denies_everything(tmp_path: Path) -> None:
    """Keys that are still needed are gone then."""
    server = RedisServer(tmp_path)
    server.move_clock(0)
    server.start()
    try:
        async with RedisReplayCache(config=config(server)) as cache:
            used = key()
            assert await cache.check_and_add(used, later(300)) is True
            server.move_clock(400)
            assert server.ask("EXISTS", PREFIX + used) == 0
            await refusal(cache, used)
            await refusal(cache)
            async with RedisReplayCache(config=config(server)) as other:
                await refusal(other, used)
    finally:
        server.stop(kill=True)


@pytest.mark.parametrize("away", [30, -400])
async def test_a_clock_that_goes_ahead_a_little_or_back_does_not(tmp_path: Path, away: int) -> None:
    server = RedisServer(tmp_path)
    server.move_clock(0)
    server.start()
    try:
        async with RedisReplayCache(config=config(server)) as cache:
            used = key()
            assert await cache.check_and_add(used, later(300)) is True
            server.move_clock(away)
            assert await cache.check_and_add(used, later(300)) is False
            assert await cache.check_and_add(key(), later(300)) is True
    finally:
        server.stop(kill=True)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_server_that_evicts_is_refused(server: RedisServer, policy: str) -> None:
    server.ask("CONFIG", "SET", "maxmemory-policy", policy)
    with pytest.raises(ReplayStoreUnavailable) as refused:
        async with RedisReplayCache(config=config(server)):
            raise AssertionError
    assert policy in refused.value.message
    assert "noeviction" in refused.value.message


async def test_a_server_that_begins_to_evict_is_found(server: RedisServer) -> None:
    watched = config(server, health_check_interval=0.001)
    async with RedisReplayCache(config=watched) as cache:
        assert await cache.check_and_add(key(), later()) is True
        server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        await asyncio.sleep(0.002)
        assert "noeviction" in await refusal(cache)


async def test_a_full_server_denies(cache: RedisReplayCache, server: RedisServer) -> None:
    server.ask("CONFIG", "SET", "maxmemory", "1")
    assert "full" in await refusal(cache)


async def test_a_replica_is_refused(server: RedisServer) -> None:
    server.ask("REPLICAOF", "127.0.0.1", "1")
    cache = RedisReplayCache(config=config(server))
    try:
        assert "replica" in await refusal(cache)
    finally:
        await cache.close()
