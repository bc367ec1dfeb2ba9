"""RedisReplayCache against real servers: raced, killed, silent, wrongly configured."""

from __future__ import annotations

import asyncio
import gc
import socket

import pytest
from callgate import CallgateError
from callgate.attestation.cache import (
    CacheMetrics,
    CacheState,
    RedisConfig,
    RedisReplayCache,
    ReplayStoreUnavailable,
)
from redis_caches import PREFIX, SERVERS, cache, config, key, later, refusal, server
from redis_server import RedisServer

pytestmark = pytest.mark.anyio
__all__ = ["cache", "server"]  # fixtures


async def test_a_token_counts_once(cache: RedisReplayCache) -> None:
    assert await cache.check_and_add("jti-1", later()) is True
    assert await cache.check_and_add("jti-1", later()) is False
    assert await cache.check_and_add("jti-2", later()) is True
    assert await cache.exists("jti-1")
    assert not await cache.exists("jti-3")
    assert await cache.count() == 2
    assert cache.state is CacheState.HEALTHY
    assert cache.is_connected
    assert cache.metrics == CacheMetrics(checks=3, hits=1, misses=2, replays_detected=1)


def test_redis_is_installed() -> None:
    assert "redis-server" in SERVERS, "tools/setup.sh servers installs it"


async def test_a_claim_is_stored_by_its_key_and_ends_60_s_late(
    cache: RedisReplayCache, server: RedisServer
) -> None:
    one, exp = key(), later(100)
    assert await cache.check_and_add(one, exp) is True
    ends = server.ask("PEXPIRETIME", PREFIX + one)
    assert abs(ends - exp * 1000 - 60_000) < 1000
    assert await cache.check_and_add(one, exp) is False


async def test_every_key_ends(cache: RedisReplayCache, server: RedisServer) -> None:
    for exp in (later(300), later(0), later(-1000)):
        await cache.check_and_add(key(), exp)
    for name in server.ask("KEYS", PREFIX + "*"):
        if name != (PREFIX + "generation").encode():
            assert server.ask("PTTL", name) > 59_000 - 1000


async def test_of_racing_verifiers_one_wins(server: RedisServer) -> None:
    caches = [RedisReplayCache(config=config(server)) for _ in range(4)]
    try:
        for _ in range(50):
            one = key()
            claims = [cache.check_and_add(one, later()) for cache in caches * 3]
            assert sorted(await asyncio.gather(*claims)) == [False] * 11 + [True]
    finally:
        for cache in caches:
            await cache.close()


async def test_a_killed_server_denies_by_name(cache: RedisReplayCache, server: RedisServer) -> None:
    await cache.check_and_add(key(), later())
    server.stop(kill=True)
    assert "cannot be asked" in await refusal(cache)
    assert cache.state is CacheState.UNHEALTHY
    assert not cache.is_connected
    assert cache.metrics.redis_errors == 4  # the first, and three retries
    await refusal(cache)
    assert cache.metrics.redis_errors == 5  # a server known to be away is asked once


async def test_a_server_killed_in_mid_flight_lets_no_token_pass_twice(
    cache: RedisReplayCache, server: RedisServer
) -> None:
    taken: list[str] = []
    used = [key() for _ in range(500)]

    async def use(one: str) -> None:
        try:
            if await cache.check_and_add(one, later()):
                taken.append(one)
        except ReplayStoreUnavailable:
            pass

    work = [asyncio.create_task(use(one)) for one in used]
    while len(taken) < 50:
        await asyncio.sleep(0)
    server.stop(kill=True)
    await asyncio.gather(*work)
    assert len(taken) < len(used)
    server.start()
    for one in taken[:20]:
        await refusal(cache, one)


async def test_a_reply_that_was_lost_is_no_replay(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first attempt arrives and its reply does not; the second knows its own key."""
    dropped = asyncio.Event()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", server.port)

        async def replies() -> None:
            asked_to_set = False
            while data := await inner_reader.read(65536):
                asked_to_set = asked_to_set or seen_set
                if asked_to_set and not dropped.is_set():
                    dropped.set()
                    writer.close()
                    return
                writer.write(data)

        seen_set = False
        task = asyncio.create_task(replies())
        try:
            while data := await reader.read(65536):
                seen_set = seen_set or b"PXAT" in data
                inner_writer.write(data)
        except ConnectionError:
            pass
        finally:
            inner_writer.close()
            writer.close()
            await task

    listener = await asyncio.start_server(relay, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    try:
        async with RedisReplayCache(
            config=config(server, url=f"redis://127.0.0.1:{port}")
        ) as cache:
            one = key()
            assert await cache.check_and_add(one, later()) is True
            assert dropped.is_set()
            assert cache.metrics.redis_errors == 1
            assert await cache.check_and_add(one, later()) is False
    finally:
        listener.close()


async def test_a_silent_server_denies_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"redis://127.0.0.1:{listener.getsockname()[1]}"
        silent = RedisConfig(url=url, socket_timeout=0.1, connection_timeout=0.1)
        cache = RedisReplayCache(config=silent)
        try:
            assert "cannot be asked" in await refusal(cache)
        finally:
            await cache.close()


async def test_a_token_that_outlives_a_loss_is_refused(cache: RedisReplayCache) -> None:
    assert "longest_lifetime" in await refusal(cache, exp=later(600))
    assert await cache.check_and_add(key(), later(300 + 180)) is True


async def test_a_cancelled_check_leaves_a_cache_that_works(cache: RedisReplayCache) -> None:
    await cache.check_and_add(key(), later())
    for turns in range(60):
        task = asyncio.create_task(cache.check_and_add(key(), later()))
        for _ in range(turns % 12):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        one = key()
        assert await cache.check_and_add(one, later()) is True
        assert await cache.check_and_add(one, later()) is False


async def test_clear_removes_used_tokens_and_nothing_else(
    cache: RedisReplayCache, server: RedisServer
) -> None:
    server.ask("SET", "another", "1")
    await cache.check_and_add(key(), later())
    server.ask("MSET", *(word for _ in range(2499) for word in (PREFIX + key(), "1")))
    assert await cache.count() == 2500
    await cache.clear()
    assert await cache.count() == 0
    assert server.ask("GET", "another") == b"1"
    assert await cache.check_and_add(key(), later()) is True


async def test_a_prefix_is_no_pattern(server: RedisServer) -> None:
    server.ask("SET", "ab:x", "1")
    async with RedisReplayCache(config=config(server, key_prefix="[a]*:")) as cache:
        await cache.check_and_add(key(), later())
        assert await cache.count() == 1
        await cache.clear()
    assert server.ask("GET", "ab:x") == b"1"


async def test_two_prefixes_share_nothing(server: RedisServer) -> None:
    one = key()
    for prefix in ("a:", "b:"):
        async with RedisReplayCache(key_prefix=prefix, config=config(server)) as cache:
            assert await cache.check_and_add(one, later()) is True


async def test_a_closed_cache_denies(server: RedisServer) -> None:
    cache = RedisReplayCache(config=config(server))
    await cache.connect()
    await cache.close()
    await cache.close()
    assert "closed" in await refusal(cache)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cache_goes_on_in_the_next_loop(server: RedisServer) -> None:
    """The unclosed connections of the first cache warn when they are collected."""
    cache = RedisReplayCache(config=config(server))
    one = key()

    async def use() -> bool:
        used = await cache.check_and_add(one, later())
        await asyncio.sleep(0)
        return used

    async def use_and_close() -> bool:
        try:
            return await use()
        finally:
            await cache.close()

    assert asyncio.run(use()) is True
    assert asyncio.run(use_and_close()) is False
    gc.collect()


async def test_another_loop_meanwhile_is_refused(cache: RedisReplayCache) -> None:
    await cache.check_and_add(key(), later())
    why = await asyncio.to_thread(lambda: asyncio.run(refusal(cache)))
    assert "another event loop" in why


async def test_health_is_told_without_secrets(server: RedisServer) -> None:
    server.ask("CONFIG", "SET", "requirepass", "sesame")
    url = f"redis://:sesame@127.0.0.1:{server.port}"
    async with RedisReplayCache(config=config(server, url=url)) as cache:
        await cache.check_and_add(key(), later())
        status = cache.get_health_status()
    assert status["state"] == "healthy"
    assert status["using_fallback"] is False
    assert status["redis_connected"] is True
    assert status["metrics"]["checks"] == 1
    assert "sesame" not in repr(status) + repr(RedisConfig(url=url))


async def test_a_wrong_password_denies_without_telling_it(server: RedisServer) -> None:
    server.ask("CONFIG", "SET", "requirepass", "sesame")
    cache = RedisReplayCache(f"redis://:wrong-one@127.0.0.1:{server.port}")
    try:
        assert "wrong-one" not in await refusal(cache)
    finally:
        await cache.close()


async def test_a_user_with_the_documented_rights_suffices(server: RedisServer) -> None:
    rights = ["+get", "+set", "+exists", "+time", "+info", "+scan", "+unlink"]
    server.ask("ACL", "SETUSER", "cg", "on", ">pw", f"~{PREFIX}*", "-@all", *rights)
    url = f"redis://cg:pw@127.0.0.1:{server.port}"
    async with RedisReplayCache(config=config(server, url=url)) as cache:
        one = key()
        assert await cache.check_and_add(one, later()) is True
        assert await cache.check_and_add(one, later()) is False
        assert await cache.count() == 1
        await cache.clear()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("url", "http://localhost"),
        ("url", "localhost:6379"),
        ("url", "rediss://localhost?ssl_cert_reqs=none"),
        ("url", "rediss://localhost?ssl_check_hostname=false"),
        ("key_prefix", ""),
        ("key_prefix", "a\n"),
        ("connection_timeout", 0),
        ("socket_timeout", float("nan")),
        ("max_retries", -1),
        ("retry_delay", -1),
        ("pool_size", 0),
        ("health_check_interval", 0),
        ("longest_lifetime", 0),
        ("longest_lifetime", 86_401),
        ("fallback_lifetime", 301),
    ],
)
def test_settings_that_cannot_be_right_are_refused(name: str, wrong: object) -> None:
    with pytest.raises(CallgateError) as refused:
        RedisConfig(**{name: wrong})  # type: ignore[arg-type]
    assert refused.value.where == name


def test_only_the_fallback_default_differs_from_the_published() -> None:
    defaults = RedisConfig()
    assert defaults.url == "redis://localhost:6379"
    assert defaults.key_prefix == "mcp_attestation:jti:"
    assert (defaults.connection_timeout, defaults.socket_timeout) == (5.0, 2.0)
    assert (defaults.max_retries, defaults.retry_delay) == (3, 0.5)
    assert (defaults.pool_size, defaults.health_check_interval) == (10, 30.0)
    assert defaults.fallback_enabled is False
