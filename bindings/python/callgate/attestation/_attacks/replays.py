"""Tokens that are used more than once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from callgate.attestation._attacks.case import Attempt, Case, acceptance, refusal
from callgate.attestation._attacks.world import NOW, World
from callgate.attestation._keys import KeyPair
from callgate.attestation._replay import ReplayCache
from callgate.attestation._trust import IssuerTrust

_GROUP: Final = "replay"


async def _twice(world: World) -> Sequence[Attempt]:
    verifier, token = world.verifier(), world.genuine()
    return [await acceptance(verifier, token), await refusal(verifier, token, "replay")]


async def _within_the_skew(world: World) -> Sequence[Attempt]:
    verifier, token = world.verifier(), world.genuine()
    return [
        await acceptance(verifier, token),
        await refusal(verifier, token, "replay", now=NOW + 294),
        await refusal(verifier, token, "replay", now=NOW + 296),  # exp is NOW + 295
        await refusal(verifier, token, "replay", now=NOW + 320),
        await refusal(verifier, token, "expired", now=NOW + 326),
    ]


async def _after_others(world: World) -> Sequence[Attempt]:
    verifier = world.verifier(replay_cache=ReplayCache(4))  # two of one issuer
    first, second, third = world.genuine(), world.genuine(), world.genuine()
    return [
        await acceptance(verifier, first),
        await acceptance(verifier, second),
        await refusal(verifier, third, "unavailable"),
        await refusal(verifier, first, "replay"),
    ]


async def _of_another_issuer(world: World) -> Sequence[Attempt]:
    other = KeyPair.generate("other-1")
    trusted = IssuerTrust("https://other.example", keys={other.kid: other.public_key})
    verifier = world.verifier(trusted)
    claims = world.claims(jti="token-1", iss="https://other.example")
    theirs = world.signed(claims=claims, header={"kid": other.kid}, key=other.private_key)
    ours = world.signed(claims=world.claims(jti="token-1"))
    return [
        await acceptance(verifier, theirs),
        await acceptance(verifier, ours),
        await refusal(verifier, ours, "replay"),
    ]


async def _after_a_late_refusal(world: World) -> Sequence[Attempt]:
    cache, token = ReplayCache(), world.genuine()
    strict = world.verifier(required_capabilities=["tool_use"], replay_cache=cache)
    return [
        await refusal(strict, token, "policy"),
        await acceptance(world.verifier(replay_cache=cache), token),
    ]


async def _at_once(world: World) -> Sequence[Attempt]:
    """In eight threads, and in eight tasks of each."""
    verifier, token = world.verifier(), world.genuine()

    async def several() -> list[bool]:
        results = await asyncio.gather(*(verifier.verify(token, now=NOW) for _ in range(8)))
        return [result.verified for result in results]

    with ThreadPoolExecutor(8) as threads:
        done = threads.map(lambda _: asyncio.run(several()), range(8))
        verified = sum(sum(one) for one in done)
    return [Attempt("1 of 64 accepted", f"{verified} of 64 accepted", verified == 1)]


async def _at_a_second_process(world: World) -> Sequence[Attempt]:
    shared, token = SharedStore(), world.genuine()
    first, second = world.verifier(replay_cache=shared), world.verifier(replay_cache=shared)
    return [await acceptance(first, token), await refusal(second, token, "replay")]


async def _store_fails(world: World) -> Sequence[Attempt]:
    attempts = []
    logger = logging.getLogger("callgate.attestation._replay")
    before, logger.disabled = logger.disabled, True  # it would report the failures
    try:
        for answer in (ConnectionError("down"), None, 1, "OK", object()):
            verifier = world.verifier(replay_cache=BrokenStore(answer))
            attempts.append(await refusal(verifier, world.genuine(), "unavailable"))
    finally:
        logger.disabled = before
    return attempts


async def _no_store(world: World) -> Sequence[Attempt]:
    verifier, token = world.verifier(), world.genuine()
    attempts = []
    no_stores: tuple[Any, ...] = (None, {}, object(), ReplayCache)
    for store in no_stores:
        try:
            verifier.replay_cache = store
        except TypeError:
            attempts.append(Attempt("refused at assignment", "refused at assignment", True))
        else:
            attempts.append(Attempt("refused at assignment", "taken", False))
    return [
        *attempts,
        await acceptance(verifier, token),
        await refusal(verifier, token, "replay"),
    ]


class SharedStore:
    """Stands for a store of several processes: asynchronous, as clients of Redis are."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    async def check_and_add(self, jti: str, exp: int) -> bool:
        """Whether it is new."""
        del exp
        await asyncio.sleep(0)
        new = jti not in self._seen
        self._seen.add(jti)
        return new


class BrokenStore:
    """A store that fails, or answers what is no answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def check_and_add(self, jti: str, exp: int) -> Any:
        """The answer."""
        del jti, exp
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


REPLAYS: Final[tuple[Case, ...]] = (
    Case(_GROUP, "a token used twice", _twice),
    Case(_GROUP, "a used token again between exp and the end of the skew", _within_the_skew),
    Case(_GROUP, "a used token again when the cache is full", _after_others),
    Case(_GROUP, "the jti of one issuer used by another", _of_another_issuer),
    Case(_GROUP, "a token that was refused for the policy, then used well", _after_a_late_refusal),
    Case(_GROUP, "a token used 64 times at once", _at_once),
    Case(_GROUP, "a token used at a second server with the same store", _at_a_second_process),
    Case(_GROUP, "a token while the store fails or answers nonsense", _store_fails),
    Case(_GROUP, "a cache that remembers nothing", _no_store),
)
