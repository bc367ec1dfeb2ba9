"""How long keys are kept, and when they are fetched again. The clock is the test's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from callgate import PublicKey
from callgate.attestation.jwks import JWKSFetcher, KeysUnavailable, RetryConfig
from jwks_server import Clock, Handler, JwksServer, failing, jwks_server, new_key

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[JwksServer]:
    with jwks_server() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def fetcher(clock: Clock) -> AsyncIterator[JWKSFetcher]:
    """Fresh for 300 s, taken for 3600 s, a cool-down of 10 s: the defaults."""
    async with JWKSFetcher(retry_config=RetryConfig(max_retries=0), clock=clock) as fetcher:
        yield fetcher


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(5000):
        if await what():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it did not come to pass")


async def fetched(fetcher: JWKSFetcher, issuer: str, kid: str, key: PublicKey | None) -> None:
    """Waits for a fetch in the background to bring that."""

    async def is_there() -> bool:
        return await fetcher.get_key(issuer, kid) == key

    await until(is_there)


async def test_fresh_keys_are_not_fetched_again(
    fetcher: JWKSFetcher, server: JwksServer, clock: Clock
) -> None:
    await fetcher.get_key(server.url, "k1")
    clock.now += 299
    await fetcher.get_key(server.url, "k1")
    assert len(server.requests) == 1


async def test_stale_keys_are_taken_and_fetched_meanwhile(
    fetcher: JWKSFetcher, server: JwksServer, clock: Clock
) -> None:
    first = server.keys["k1"]
    await fetcher.get_key(server.url, "k1")
    clock.now += 300
    second = server.keys["k1"] = new_key()
    assert await fetcher.get_key(server.url, "k1") == first
    await fetched(fetcher, server.url, "k1", second)
    assert len(server.requests) == 2


async def test_a_removed_key_ends_with_the_next_fetch(
    fetcher: JWKSFetcher, server: JwksServer, clock: Clock
) -> None:
    first = server.keys["k1"]
    await fetcher.get_key(server.url, "k1")
    server.keys = {"k2": new_key()}
    clock.now += 300
    assert await fetcher.get_key(server.url, "k1") == first
    await fetched(fetcher, server.url, "k1", None)


async def test_a_removed_key_ends_when_another_appears(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    await fetcher.get_key(server.url, "k1")
    server.keys = {"k2": new_key()}
    assert await fetcher.get_key(server.url, "k2") == server.keys["k2"]
    assert await fetcher.get_key(server.url, "k1") is None


async def test_keys_outlive_a_server_that_fails_up_to_their_age(
    fetcher: JWKSFetcher, server: JwksServer, clock: Clock
) -> None:
    await fetcher.get_key(server.url, "k1")
    server.answer = failing(503)
    for _ in range(12):
        clock.now += 299
        assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]
    clock.now += 3600 - 12 * 299 - 1
    assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]
    clock.now += 1
    with pytest.raises(KeysUnavailable):
        await fetcher.get_key(server.url, "k1")


async def test_the_age_counts_from_the_beginning_of_the_fetch(
    fetcher: JWKSFetcher, server: JwksServer, clock: Clock
) -> None:
    """A reply that was long under way is as old as its request."""

    def late(handler: Handler) -> None:
        clock.now += 3600
        server.publish(handler)

    server.next_answers = [late]
    assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]
    assert len(server.requests) == 2


async def test_an_unknown_kid_is_asked_for_once_in_a_cool_down(
    fetcher: JWKSFetcher, server: JwksServer, clock: Clock
) -> None:
    await fetcher.get_key(server.url, "k1")
    for number in range(100):
        assert await fetcher.get_key(server.url, f"unknown-{number}") is None
    assert len(server.requests) == 2
    clock.now += 9.9
    assert await fetcher.get_key(server.url, "unknown") is None
    assert len(server.requests) == 2
    clock.now += 0.1
    assert await fetcher.get_key(server.url, "unknown") is None
    assert len(server.requests) == 3


async def test_a_flood_of_unknown_kids_is_one_fetch(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    await fetcher.get_key(server.url, "k1")
    unknown = [fetcher.get_key(server.url, f"unknown-{number}") for number in range(200)]
    assert set(await asyncio.gather(*unknown)) == {None}
    assert len(server.requests) == 2


async def test_a_flood_of_unknown_kids_harms_no_known_one(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    await fetcher.get_key(server.url, "k1")
    server.answer = failing(503)
    with pytest.raises(KeysUnavailable):
        await fetcher.get_key(server.url, "unknown")
    assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]


async def test_an_unknown_kid_waits_for_a_fetch_of_its_own(
    fetcher: JWKSFetcher, server: JwksServer, clock: Clock
) -> None:
    """One that is under way already may have an answer from before the key was there."""
    let_go, held = threading.Event(), threading.Event()

    def from_before(handler: Handler) -> None:
        body_keys, server.keys = server.keys, {**server.keys, "k2": new_key()}
        held.set()
        let_go.wait(20)
        now_keys, server.keys = server.keys, body_keys
        server.publish(handler)
        server.keys = now_keys

    server.next_answers = [from_before]
    first = asyncio.create_task(fetcher.get_key(server.url, "k1"))
    await asyncio.to_thread(held.wait, 20)
    clock.now += 1
    second = asyncio.create_task(fetcher.get_key(server.url, "k2"))
    await asyncio.sleep(0)
    let_go.set()
    assert await first == server.keys["k1"]
    assert await second == server.keys["k2"]
    assert len(server.requests) == 2


async def test_after_a_failure_nobody_asks_within_the_cool_down(
    fetcher: JWKSFetcher, server: JwksServer, clock: Clock
) -> None:
    server.answer = failing(503)
    for _ in range(10):
        with pytest.raises(KeysUnavailable):
            await fetcher.get_key(server.url, "k1")
    assert len(server.requests) == 1
    server.answer = server.publish
    clock.now += 10
    assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]


async def test_invalidate_takes_nothing_from_before(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    await fetcher.get_key(server.url, "k1")
    server.keys.clear()
    fetcher.invalidate(server.url)
    assert await fetcher.get_key(server.url, "k1") is None
    fetcher.invalidate("https://unknown.example")


async def test_invalidate_drops_what_is_under_way(fetcher: JWKSFetcher, server: JwksServer) -> None:
    let_go, held = threading.Event(), threading.Event()

    def from_before(handler: Handler) -> None:
        held.set()
        let_go.wait(20)
        server.publish(handler)

    server.next_answers = [from_before]
    lookup = asyncio.create_task(fetcher.get_key(server.url, "k1"))
    await asyncio.to_thread(held.wait, 20)
    fetcher.invalidate(server.url)
    revoked, server.keys["k1"] = server.keys["k1"], new_key()
    assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]
    let_go.set()
    assert await lookup == server.keys["k1"] != revoked
    assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]


async def test_clear_cache_invalidates_every_issuer(
    fetcher: JWKSFetcher, server: JwksServer
) -> None:
    with jwks_server() as other:
        for one in (server, other):
            await fetcher.get_key(one.url, "k1")
            one.keys.clear()
        fetcher.clear_cache()
        for one in (server, other):
            assert await fetcher.get_key(one.url, "k1") is None


async def test_a_rotation_under_load_loses_no_token(
    fetcher: JWKSFetcher, server: JwksServer, clock: Clock
) -> None:
    """An issuer publishes a key, signs with it, and withdraws the one before while callers and a
    stranger with unknown kids are busy."""
    signing = "k1"
    published = dict(server.keys)
    looked_up = 0
    rotating = True

    async def caller() -> None:
        nonlocal looked_up
        while rotating:
            kid = signing
            assert await fetcher.get_key(server.url, kid) == published[kid]
            looked_up += 1
            await asyncio.sleep(0)

    callers = [asyncio.create_task(caller()) for _ in range(8)]
    try:
        for number in range(2, 22):
            kid = f"k{number}"
            published[kid] = new_key()
            server.keys = {**server.keys, kid: published[kid]}
            clock.now += 10
            before, signing = signing, kid
            target = looked_up + 16
            while looked_up < target and not any(task.done() for task in callers):
                await asyncio.sleep(0.001)
            server.keys = {kid: published[kid]}
            clock.now += 300
            await fetched(fetcher, server.url, signing, published[kid])
            await fetched(fetcher, server.url, before, None)
    finally:
        rotating = False
        await asyncio.gather(*callers)
    assert looked_up >= 320
    for number in range(1, 21):
        assert await fetcher.get_key(server.url, f"k{number}") is None
