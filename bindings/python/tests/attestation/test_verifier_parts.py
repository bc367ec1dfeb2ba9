"""A verifier with the keys of a real web server, a real Redis, and observers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from callgate.attestation import (
    AgentIdentity,
    AttestationProvider,
    AttestationVerifier,
    IssuerTrust,
    KeyPair,
    VerificationResult,
)
from callgate.attestation.cache import RedisConfig, RedisReplayCache
from callgate.attestation.jwks import HTTPKeyResolver, JWKSFetcher, RetryConfig
from callgate.attestation.observability import (
    AttestationEventHandler,
    get_metrics,
    register_event_handler,
    reset_metrics,
    unregister_event_handler,
)
from jwks_server import JwksServer, failing, jwks_server, tls_jwks_server
from redis_server import RedisServer, redis_server

pytestmark = pytest.mark.anyio
SERVER = "https://server.example"
IDENTITY = AgentIdentity("claude-4", "claude-sonnet-4", "anthropic")


@pytest.fixture
def server() -> Iterator[JwksServer]:
    with jwks_server() as server:
        yield server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


class Issuer:
    """Signs with the key that its server publishes."""

    def __init__(self, server: JwksServer) -> None:
        self.server = server
        server.keys.clear()
        self.rotate("k1")

    def rotate(self, kid: str) -> None:
        """Publishes a key besides those that are there, and signs with it."""
        keypair = KeyPair.generate(kid)
        self.server.keys = {**self.server.keys, kid: keypair.public_key}
        self.provider = AttestationProvider(self.server.url, keypair)

    def withdraw(self, kid: str) -> None:
        self.server.keys = {name: key for name, key in self.server.keys.items() if name != kid}

    def token(self, **options: Any) -> str:
        return self.provider.create_token(IDENTITY, SERVER, **options)


def verifier(issuer: Issuer, fetcher: JWKSFetcher, **options: Any) -> AttestationVerifier:
    trusted = [IssuerTrust(issuer.server.url)]
    resolver = HTTPKeyResolver(fetcher)
    return AttestationVerifier(trusted, resolver, audience=SERVER, **options)


async def test_keys_come_from_a_server_with_tls(tmp_path: Path) -> None:
    with tls_jwks_server(tmp_path) as (server, ca_file):
        issuer = Issuer(server)
        async with JWKSFetcher(ca_file=ca_file) as fetcher:
            judge = verifier(issuer, fetcher)
            for _ in range(3):
                result = await judge.verify(issuer.token())
                assert result.verified, result.error
        assert server.requests == ["/.well-known/jwks.json"]


async def test_a_rotation_under_load_refuses_no_valid_token(server: JwksServer) -> None:
    """Verifiers of several servers in one process, over one fetcher."""
    issuer = Issuer(server)
    rotating = True
    verified = 0
    async with JWKSFetcher(cool_down_seconds=0) as fetcher:

        async def caller() -> None:
            nonlocal verified
            judge = verifier(issuer, fetcher)
            while rotating:
                result = await judge.verify(issuer.token())
                assert result.verified, result.reason
                verified += 1
                await asyncio.sleep(0)

        callers = [asyncio.create_task(caller()) for _ in range(4)]
        try:
            for number in range(2, 8):
                target = verified + 8
                while verified < target and not any(task.done() for task in callers):
                    await asyncio.sleep(0.001)
                issuer.rotate(f"k{number}")
        finally:
            rotating = False
            await asyncio.gather(*callers)
    assert verified >= 48


async def test_checks_that_learn_one_key_together_all_pass(server: JwksServer) -> None:
    issuer = Issuer(server)
    async with JWKSFetcher(cool_down_seconds=0) as fetcher:
        judge = verifier(issuer, fetcher)
        for number in range(2, 6):
            results = await asyncio.gather(*(judge.verify(issuer.token()) for _ in range(8)))
            assert [one.reason for one in results] == [None] * 8
            issuer.rotate(f"k{number}")


async def test_a_withdrawn_key_ends_with_the_next_fetch(server: JwksServer) -> None:
    issuer = Issuer(server)
    async with JWKSFetcher() as fetcher:
        judge = verifier(issuer, fetcher)
        before, after = issuer.token(), issuer.token()
        assert (await judge.verify(before)).verified
        issuer.withdraw("k1")
        issuer.rotate("k2")
        assert (await judge.verify(issuer.token())).verified
        assert (await judge.verify(after)).reason == "kid"


async def test_a_withdrawn_key_ends_with_its_age_where_fetches_fail(server: JwksServer) -> None:
    now = 1000.0
    issuer = Issuer(server)
    once = RetryConfig(max_retries=0)
    async with JWKSFetcher(retry_config=once, clock=lambda: now) as fetcher:
        judge = verifier(issuer, fetcher)
        assert (await judge.verify(issuer.token())).verified
        issuer.withdraw("k1")
        server.answer = failing(503)
        now += 3599
        assert (await judge.verify(issuer.token())).verified
        now += 1
        assert (await judge.verify(issuer.token())).reason == "unavailable"


async def test_an_issuer_whose_keys_cannot_be_had_is_unavailable(server: JwksServer) -> None:
    issuer = Issuer(server)
    server.answer = failing(404)
    async with JWKSFetcher() as fetcher:
        assert (await verifier(issuer, fetcher).verify(issuer.token())).reason == "unavailable"


async def test_a_stranger_s_issuer_is_never_fetched(server: JwksServer) -> None:
    issuer = Issuer(server)
    with jwks_server() as other:
        stranger = Issuer(other)
        async with JWKSFetcher() as fetcher:
            result = await verifier(issuer, fetcher).verify(stranger.token())
            assert result.reason == "untrusted_issuer"
        assert other.requests == []


async def test_of_two_verifiers_one_takes_a_token(server: JwksServer, redis: RedisServer) -> None:
    issuer = Issuer(server)
    async with (
        JWKSFetcher() as fetcher,
        RedisReplayCache(config=RedisConfig(url=redis.url, empty_is_lost=False)) as first,
        RedisReplayCache(config=RedisConfig(url=redis.url, empty_is_lost=False)) as second,
    ):
        judges = [verifier(issuer, fetcher, replay_cache=cache) for cache in (first, second)]
        for judge in judges:
            assert (await judge.verify(issuer.token())).verified
        for _ in range(20):
            token = issuer.token()
            results = await asyncio.gather(*(judge.verify(token) for judge in judges * 2))
            assert sorted(result.reason or "" for result in results) == ["", *["replay"] * 3]
        assert await first.count() == 22


async def test_a_killed_redis_is_unavailable(server: JwksServer, redis: RedisServer) -> None:
    issuer = Issuer(server)
    config = RedisConfig(url=redis.url, retry_delay=0.01, empty_is_lost=False)
    async with JWKSFetcher() as fetcher, RedisReplayCache(config=config) as cache:
        judge = verifier(issuer, fetcher, replay_cache=cache)
        token = issuer.token()
        assert (await judge.verify(token)).verified
        redis.stop(kill=True)
        assert (await judge.verify(issuer.token())).reason == "unavailable"
        redis.start()
        assert (await judge.verify(token)).reason == "unavailable"


class Listener(AttestationEventHandler):
    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def on_verification_success(self, *told: Any) -> None:
        self.heard.append(("verified", *told))

    def on_verification_failure(self, *told: Any) -> None:
        self.heard.append(("refused", *told))

    def on_replay_detected(self, *told: Any) -> None:
        self.heard.append(("replay", *told))

    def on_token_created(self, *told: Any) -> None:
        self.heard.append(("created", *told))


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    register_event_handler(one)
    yield one
    unregister_event_handler(one)


async def test_everything_is_counted_and_told(server: JwksServer, listener: Listener) -> None:
    issuer = Issuer(server)
    async with JWKSFetcher() as fetcher:
        judge = verifier(issuer, fetcher)
        reset_metrics()
        token = issuer.token()
        result = await judge.verify(token)
        await judge.verify(token)
        await judge.verify(None)
    replayed = [told for told in listener.heard if told[0] == "replay"]
    assert replayed == [("replay", server.url, result.token_id)]
    assert [told[:2] for told in listener.heard] == [
        ("created", server.url),
        ("verified", server.url),
        ("replay", server.url),
        ("refused", server.url),
        ("refused", None),
    ]
    told = get_metrics().to_dict()
    assert told["counters"] == {
        "verification_total": 3,
        "verification_success": 1,
        "verification_failure": 2,
        "token_creation_total": 1,
        "replay_detected": 1,
        "cache_hits": 1,
        "cache_misses": 1,
        "jwks_fetches": 1,
        "jwks_fetch_errors": 0,
        "circuit_breaker_opens": 0,
    }
    assert told["by_reason"] == {"replay": 1, "not_provided": 1}
    assert told["by_issuer"][server.url]["verifications"] == 2
    assert told["by_issuer"]["untrusted"]["verifications"] == 1
    assert told["gauges"] == {"active_verifications": 0, "cached_keys": 1}


class Raising(AttestationEventHandler):
    def on_verification_success(self, *told: Any) -> None:
        raise RuntimeError

    def on_verification_failure(self, *told: Any) -> None:
        raise RuntimeError

    def on_replay_detected(self, *told: Any) -> None:
        raise RuntimeError


async def test_a_handler_that_raises_changes_no_verdict(server: JwksServer) -> None:
    issuer = Issuer(server)
    raising = Raising()
    register_event_handler(raising)
    try:
        async with JWKSFetcher() as fetcher:
            judge = verifier(issuer, fetcher)
            token = issuer.token()
            assert (await judge.verify(token)).verified
            assert (await judge.verify(token)).reason == "replay"
    finally:
        unregister_event_handler(raising)


async def test_no_observer_sees_what_a_stranger_wrote(
    server: JwksServer, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither issuer nor kid nor any part of a token that was not verified."""
    issuer = Issuer(server)
    stranger = AttestationProvider("https://sesame.example", KeyPair.generate("sesame"))
    impostor = AttestationProvider(server.url, KeyPair.generate("sesame"))
    good = issuer.token()
    tokens = [good, good[:-8] + "AAAAAAAA", "sesame.sesame.sesame"]
    tokens += [provider.create_token(IDENTITY, SERVER) for provider in (stranger, impostor)]
    reset_metrics()
    results: list[VerificationResult] = []
    with caplog.at_level(logging.DEBUG):
        async with JWKSFetcher() as fetcher:
            judge = verifier(issuer, fetcher)
            for token in tokens:
                results.append(await judge.verify(token))
    assert [result.verified for result in results] == [True, False, False, False, False]
    heard = [told for told in listener.heard if told[0] != "created"]
    metrics = get_metrics()
    told = (caplog.text, metrics.to_prometheus(), json.dumps(metrics.to_dict()), repr(heard))
    seen = "\n".join([*told, repr(metrics.get_events())])
    assert "sesame" not in seen
    for token in tokens:
        for part in token.split("."):
            assert part not in seen
