"""InMemoryReplayCache."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest
from callgate import CallgateError
from callgate.attestation.cache import (
    REDIS_AVAILABLE,
    InMemoryReplayCache,
    ReplayStoreUnavailable,
)

pytestmark = pytest.mark.anyio
NOW = 1_800_000_000


class Clock:
    def __init__(self) -> None:
        self.ms = NOW * 1000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> InMemoryReplayCache:
    return InMemoryReplayCache(clock_ms=clock)


async def test_a_token_counts_once(cache: InMemoryReplayCache) -> None:
    assert await cache.check_and_add("jti-1", NOW + 300) is True
    assert await cache.check_and_add("jti-1", NOW + 300) is False
    assert await cache.check_and_add("jti-2", NOW + 300) is True
    assert await cache.exists("jti-1")
    assert not await cache.exists("jti-3")
    assert await cache.count() == 2


async def test_a_digest_is_its_own_key(cache: InMemoryReplayCache) -> None:
    key = "ab" * 32
    assert cache.insert(key, (NOW + 300) * 1000) is True
    assert await cache.check_and_add(key, NOW + 300) is False


async def test_it_is_remembered_until_60_s_after_its_end(
    cache: InMemoryReplayCache, clock: Clock
) -> None:
    await cache.check_and_add("jti", NOW + 300)
    clock.ms += 360_000 - 1
    assert await cache.check_and_add("jti", NOW + 300) is False
    clock.ms += 1
    assert await cache.count() == 0
    assert await cache.check_and_add("jti", NOW + 300) is True


async def test_what_ended_already_is_remembered_too(cache: InMemoryReplayCache) -> None:
    assert await cache.check_and_add("jti", NOW - 1000) is True
    assert await cache.check_and_add("jti", NOW - 1000) is False


async def test_a_clock_that_goes_back_and_ahead_frees_nothing_early(
    cache: InMemoryReplayCache, clock: Clock
) -> None:
    clock.ms += 100_000
    await cache.check_and_add("late", NOW + 100)
    clock.ms -= 100_000
    await cache.check_and_add("jti", NOW + 50)
    clock.ms += 150_000
    assert await cache.exists("jti")


async def test_a_full_cache_refuses_and_forgets_nothing(clock: Clock) -> None:
    cache = InMemoryReplayCache(2, clock_ms=clock)
    assert await cache.check_and_add("a", NOW + 10)
    assert await cache.check_and_add("b", NOW + 20)
    with pytest.raises(ReplayStoreUnavailable):
        await cache.check_and_add("c", NOW + 10)
    assert await cache.check_and_add("a", NOW + 10) is False
    clock.ms += 70_000
    assert await cache.check_and_add("c", NOW + 90) is True
    with pytest.raises(ReplayStoreUnavailable):
        await cache.check_and_add("d", NOW + 90)


async def test_clear_forgets(cache: InMemoryReplayCache) -> None:
    await cache.check_and_add("jti", NOW + 300)
    await cache.clear()
    assert await cache.count() == 0
    assert await cache.check_and_add("jti", NOW + 300) is True


def test_of_racing_threads_one_wins(cache: InMemoryReplayCache) -> None:
    begin = threading.Barrier(8)
    won: list[str] = []

    def race() -> None:
        begin.wait()
        for number in range(200):
            if asyncio.run(cache.check_and_add(f"jti-{number}", NOW + 300)):
                won.append(f"jti-{number}")

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(f"jti-{number}" for number in range(200))


def test_a_cache_without_room_is_refused() -> None:
    with pytest.raises(CallgateError) as refused:
        InMemoryReplayCache(0)
    assert refused.value.where == "max_entries"


PROGRAM = """
import sys
sys.modules["redis"] = None
from callgate.attestation.cache import REDIS_AVAILABLE, InMemoryReplayCache, RedisConfig
assert not REDIS_AVAILABLE
try:
    from callgate.attestation.cache import RedisReplayCache
except ImportError as error:
    print(error)
"""


def test_only_the_shared_cache_needs_the_extra() -> None:
    assert REDIS_AVAILABLE
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "RedisReplayCache needs redis: pip install 'callgate[redis]'\n"
