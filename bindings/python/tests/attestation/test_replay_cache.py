"""What remembers used tokens: the cache of a verifier, and stores of others in its place."""

import asyncio
import threading
import time
from typing import Any

import pytest
from callgate.attestation import AttestationUnavailable, ReplayCache
from issuing import (
    ISSUER,
    KEYPAIR,
    NOW,
    issue,
    issue_confirmed,
    make_verifier,
    modern_request,
    prove,
    resolver_of,
    run,
    verify,
)


class Store:
    """Remembers in a set, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def check_and_add(self, jti: str, exp: int) -> bool:
        new = jti not in {seen for seen, _ in self.asked}
        self.asked.append((jti, exp))
        return new


class AsyncStore(Store):
    async def check_and_add(self, jti: str, exp: int) -> bool:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().check_and_add(jti, exp)


@pytest.mark.parametrize("pinned_keys", [True, False])
@pytest.mark.parametrize("store", [None, Store, AsyncStore])
def test_a_token_verifies_once(store: Any, pinned_keys: bool) -> None:
    options = {} if pinned_keys else {"trusted_issuers": [ISSUER]}
    verifier = make_verifier(**options, key_resolver=resolver_of(KEYPAIR))
    if store is not None:
        verifier.replay_cache = store()
    token = issue()
    assert verify(verifier, token)
    assert verify(verifier, issue())
    again = verify(verifier, token)
    assert (again.admitted, again.reason, again.error_code) == (False, "replay", -32004)


def test_a_store_gets_a_digest_until_the_end_of_the_skew() -> None:
    verifier, store = make_verifier(skew=30), Store()
    verifier.replay_cache = store
    result = verify(verifier, issue())
    ((key, until),) = store.asked
    assert len(key) == 64
    assert result.token_id is not None
    assert result.token_id not in key
    assert type(until) is int
    assert until >= NOW + 295 + 30


def test_a_store_hears_of_no_token_that_is_refused() -> None:
    verifier, store = make_verifier(required_capabilities=["tool_use"]), Store()
    verifier.replay_cache = store
    assert verify(verifier, issue()).reason == "policy"
    assert verify(verifier, None).reason == "not_provided"
    assert store.asked == []


def test_a_store_gets_the_proof_of_a_confirmed_token() -> None:
    verifier, store, token = make_verifier(), Store(), issue_confirmed()
    verifier.replay_cache = store
    params = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}
    for _ in range(2):
        request = modern_request(token, params, proof=prove(token, params))
        assert run(verifier.verify_message(request, now=NOW))
    assert len({key for key, _ in store.asked}) == 2


@pytest.mark.parametrize("answer", [None, 1, 0, "inserted", [], object()])
def test_any_other_answer_of_a_store_refuses(answer: Any) -> None:
    class Answers:
        def check_and_add(self, jti: str, exp: int) -> Any:
            return answer

    verifier = make_verifier()
    verifier.replay_cache = Answers()
    assert verify(verifier, issue()).reason == "unavailable"


def test_a_store_that_is_awaitable_all_the_way_refuses() -> None:
    async def answer() -> Any:
        async def more() -> bool:
            return True

        return more()

    class Nested:
        def check_and_add(self, jti: str, exp: int) -> Any:
            return answer()

    verifier = make_verifier()
    verifier.replay_cache = Nested()
    with pytest.warns(RuntimeWarning, match="never awaited"):
        assert verify(verifier, issue()).reason == "unavailable"


def test_a_store_that_raises_refuses(caplog: pytest.LogCaptureFixture) -> None:
    class Down:
        async def check_and_add(self, jti: str, exp: int) -> bool:
            raise ConnectionError("down")

    verifier, token = make_verifier(policy="optional"), issue()
    verifier.replay_cache = Down()
    result = verify(verifier, token)
    assert (result.admitted, result.reason) == (False, "unavailable")
    assert "replay cache failed" in caplog.text
    assert token not in caplog.text


class NoArguments:
    def check_and_add(self) -> bool:
        return True


@pytest.mark.parametrize(
    "store", [None, True, {}, object(), Store, ReplayCache, NoArguments(), lambda jti, exp: True]
)
def test_what_remembers_nothing_is_refused_at_assignment(store: Any) -> None:
    verifier, token = make_verifier(), issue()
    with pytest.raises(TypeError, match="check_and_add"):
        verifier.replay_cache = store
    if store is not None:
        with pytest.raises(TypeError, match="check_and_add"):
            make_verifier(replay_cache=store)
    assert verify(verifier, token)
    assert verify(verifier, token).reason == "replay"


def test_replay_protection_cannot_be_deleted() -> None:
    with pytest.raises(AttributeError):
        del make_verifier().replay_cache


def test_a_full_cache_refuses_by_name_and_forgets_nothing() -> None:
    verifier = make_verifier(replay_cache=ReplayCache(4))
    first = issue()
    assert verify(verifier, first)
    assert verify(verifier, issue())
    assert verify(verifier, issue()).reason == "unavailable"
    assert verify(verifier, first).reason == "replay"


def test_a_cache_has_room_again_when_tokens_have_expired() -> None:
    verifier = make_verifier(replay_cache=ReplayCache(2))
    assert verify(verifier, issue())
    later = NOW + 400
    assert verify(verifier, issue(now=later), now=later)


def test_one_cache_serves_several_verifiers() -> None:
    cache, token = ReplayCache(), issue()
    assert verify(make_verifier(replay_cache=cache), token)
    assert verify(make_verifier(replay_cache=cache), token).reason == "replay"
    assert len(cache) == 1
    cache.clear()
    assert verify(make_verifier(replay_cache=cache), token)


def test_of_threads_that_race_for_a_token_one_wins() -> None:
    verifier, token = make_verifier(), issue()
    start = threading.Barrier(8)
    won: list[bool] = []

    def race() -> None:
        start.wait()
        won.append(verify(verifier, token).verified)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_of_tasks_that_race_for_a_token_one_wins() -> None:
    verifier, token = make_verifier(), issue()
    verifier.replay_cache = AsyncStore()

    async def race() -> list[bool]:
        results = await asyncio.gather(*(verifier.verify(token, now=NOW) for _ in range(16)))
        return [result.verified for result in results]

    assert sum(run(race())) == 1


def test_a_cache_can_be_used_by_hand() -> None:
    cache, until = ReplayCache(4), time.time() + 60
    assert cache.check_and_add("a", until) is True
    assert cache.check_and_add("a", until) is False
    assert cache.check_and_add("b", until) is True
    with pytest.raises(AttestationUnavailable):
        cache.check_and_add("c", until)
