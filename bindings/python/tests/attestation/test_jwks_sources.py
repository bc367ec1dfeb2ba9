"""Where keys come from: URLs, files, and the configuration itself."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest
from callgate import CallgateError, PublicKey
from callgate.attestation.jwks import (
    HTTPKeyResolver,
    JWKSFetcher,
    KeysUnavailable,
    RetryConfig,
)
from callgate.attestation.key_sets.address import jwks_url
from jwks_server import Clock, JwksServer, jwks_server, new_key, published

pytestmark = pytest.mark.anyio
ISSUER = "https://issuer.example"


@pytest.fixture
def server() -> Iterator[JwksServer]:
    with jwks_server() as server:
        yield server


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://a.example", "https://a.example/.well-known/jwks.json"),
        ("https://a.example/", "https://a.example/.well-known/jwks.json"),
        ("https://a.example//", "https://a.example/.well-known/jwks.json"),
        ("https://a.example:8443/tenant", "https://a.example:8443/tenant/.well-known/jwks.json"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]/.well-known/jwks.json"),
        ("https://10.1.2.3", "https://10.1.2.3/.well-known/jwks.json"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80/.well-known/jwks.json"),
        ("http://localhost", "http://localhost/.well-known/jwks.json"),
    ],
)
async def test_the_url_is_the_issuer_and_a_path(issuer: str, url: str) -> None:
    assert jwks_url(issuer) == url


@pytest.mark.parametrize(
    "issuer",
    [
        "http://a.example",
        "http://10.1.2.3",
        "http://169.254.169.254",
        "http://localhost.example",
        "https://user@a.example",
        "https://user:secret@a.example",
        "https://a.example?tenant=1",
        "https://a.example#fragment",
        "https://a.example:0",
        "https://a.example:99999",
        "https://a.example\\@b.example",
        "https://a.example/%2e%2e",
        "https://",
        "ftp://a.example",
        "file:///etc/passwd",
        "spiffe://a.example",
        "a.example",
        " https://a.example",
        "https://a.example\n",
        "",
    ],
)
async def test_other_issuers_have_no_url(issuer: str) -> None:
    async with JWKSFetcher() as fetcher:
        with pytest.raises(CallgateError) as refused:
            await fetcher.get_key(issuer, "k1")
        assert refused.value.code_name == "INVALID_ARGUMENT"
        with pytest.raises(CallgateError):
            JWKSFetcher(sources={ISSUER: issuer})


async def test_a_configured_url_is_asked(server: JwksServer) -> None:
    async with JWKSFetcher(sources={"spiffe://a.example": f"{server.url}/keys"}) as fetcher:
        assert await fetcher.get_key("spiffe://a.example", "k1") == server.keys["k1"]
    assert server.requests == ["/keys"]


async def test_each_issuer_has_its_own_keys(server: JwksServer) -> None:
    with jwks_server() as other:
        async with JWKSFetcher() as fetcher:
            assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]
            assert await fetcher.get_key(other.url, "k1") == other.keys["k1"]


async def test_issuers_are_bounded() -> None:
    pinned = {f"https://{number}.example": dict[str, PublicKey]() for number in range(256)}
    async with JWKSFetcher(sources=pinned) as fetcher:
        assert await fetcher.get_key("https://7.example", "k1") is None
        with pytest.raises(CallgateError) as refused:
            await fetcher.get_key("https://256.example", "k1")
    assert refused.value.code_name == "LIMIT_EXCEEDED"


async def test_pinned_keys_are_public_keys() -> None:
    with pytest.raises(TypeError, match=r"callgate\.PublicKey"):
        JWKSFetcher(sources={ISSUER: {"k1": "key"}})  # type: ignore[dict-item]


async def test_pinned_keys_are_the_only_ones() -> None:
    key = new_key()
    async with JWKSFetcher(sources={ISSUER: {"k1": key}}) as fetcher:
        assert await fetcher.get_key(ISSUER, "k1") == key
        assert await fetcher.get_key(ISSUER, "k2") is None
        fetcher.invalidate(ISSUER)
        assert await fetcher.get_key(ISSUER, "k1") == key
        assert fetcher.metrics["fetch_success"] == 0


def write(path: Path, keys: Mapping[str, PublicKey]) -> None:
    """As an operator should: another file takes the place of the first."""
    entries = [published(kid, key) for kid, key in keys.items()]
    path.with_suffix(".new").write_text(json.dumps({"keys": entries}))
    path.with_suffix(".new").replace(path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def key() -> PublicKey:
    return new_key()


@pytest.fixture
def path(tmp_path: Path, key: PublicKey) -> Path:
    path = tmp_path / "jwks.json"
    write(path, {"k1": key})
    return path


@pytest.fixture
async def of_file(path: Path, clock: Clock) -> AsyncIterator[JWKSFetcher]:
    once = RetryConfig(max_retries=0)
    async with JWKSFetcher(sources={ISSUER: path}, retry_config=once, clock=clock) as fetcher:
        yield fetcher


async def test_a_file_is_read_once(of_file: JWKSFetcher, clock: Clock, key: PublicKey) -> None:
    for _ in range(3):
        assert await of_file.get_key(ISSUER, "k1") == key
        assert await of_file.get_key(ISSUER, "unknown") is None
        clock.now += 86400
    assert of_file.metrics["fetch_success"] == 1


async def test_a_file_that_changed_is_read_at_once(
    of_file: JWKSFetcher, path: Path, key: PublicKey
) -> None:
    assert await of_file.get_key(ISSUER, "k1") == key
    second = new_key()
    write(path, {"k2": second})
    assert await of_file.get_key(ISSUER, "k1") is None
    assert await of_file.get_key(ISSUER, "k2") == second


async def test_a_file_that_is_written_in_place_is_read_too(
    of_file: JWKSFetcher, path: Path, key: PublicKey
) -> None:
    assert await of_file.get_key(ISSUER, "k1") == key
    path.write_text('{"keys":[]}')
    assert await of_file.get_key(ISSUER, "k1") is None


async def test_a_broken_file_leaves_the_keys_up_to_their_age(
    of_file: JWKSFetcher, path: Path, clock: Clock, key: PublicKey
) -> None:
    assert await of_file.get_key(ISSUER, "k1") == key
    path.write_text('{"keys":[')
    assert await of_file.get_key(ISSUER, "k1") == key
    with pytest.raises(KeysUnavailable):
        await of_file.get_key(ISSUER, "unknown")
    clock.now += 3600
    with pytest.raises(KeysUnavailable):
        await of_file.get_key(ISSUER, "k1")
    write(path, {"k1": key})
    assert await of_file.get_key(ISSUER, "k1") == key


async def test_a_removed_file_leaves_the_keys_up_to_their_age(
    of_file: JWKSFetcher, path: Path, clock: Clock, key: PublicKey
) -> None:
    assert await of_file.get_key(ISSUER, "k1") == key
    path.unlink()
    assert await of_file.get_key(ISSUER, "k1") == key
    clock.now += 3600
    with pytest.raises(KeysUnavailable) as refused:
        await of_file.get_key(ISSUER, "k1")
    assert "No such file" in refused.value.message


async def test_a_file_that_is_there_later_is_found(
    of_file: JWKSFetcher, path: Path, key: PublicKey
) -> None:
    path.unlink()
    with pytest.raises(KeysUnavailable):
        await of_file.get_key(ISSUER, "k1")
    write(path, {"k1": key})
    assert await of_file.get_key(ISSUER, "k1") == key


async def test_a_file_over_256_kib_is_refused(of_file: JWKSFetcher, path: Path) -> None:
    path.write_bytes(b'{"keys":[]}'.ljust(256 * 1024 + 1))
    with pytest.raises(KeysUnavailable) as refused:
        await of_file.get_key(ISSUER, "k1")
    assert "more than 262144 bytes" in refused.value.message


async def test_a_pipe_is_no_file(of_file: JWKSFetcher, path: Path) -> None:
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(KeysUnavailable) as refused:
        await of_file.get_key(ISSUER, "k1")
    assert "no regular file" in refused.value.message


async def test_many_lookups_read_a_changed_file_once(
    of_file: JWKSFetcher, path: Path, key: PublicKey
) -> None:
    assert await of_file.get_key(ISSUER, "k1") == key
    write(path, {})
    lookups = [of_file.get_key(ISSUER, "k1") for _ in range(50)]
    assert set(await asyncio.gather(*lookups)) == {None}
    assert of_file.metrics["fetch_success"] == 2


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("cache_ttl_seconds", 0),
        ("cache_ttl_seconds", float("inf")),
        ("request_timeout_seconds", float("nan")),
        ("refresh_after_seconds", -1),
        ("wait_seconds", 0),
        ("cool_down_seconds", -1),
        ("connection_pool_size", 0),
    ],
)
async def test_settings_that_cannot_be_right_are_refused(name: str, wrong: float) -> None:
    with pytest.raises(CallgateError) as refused:
        JWKSFetcher(**{name: wrong})  # type: ignore[arg-type]
    assert refused.value.where == name


async def test_a_file_of_authorities_must_hold_some(path: Path) -> None:
    with pytest.raises(CallgateError) as refused:
        JWKSFetcher(ca_file=path)
    assert refused.value.where == "ca_file"


async def test_a_resolver_asks_its_fetcher(server: JwksServer) -> None:
    async with JWKSFetcher() as fetcher:
        async with HTTPKeyResolver(fetcher) as resolver:
            assert await resolver.get_key(server.url, "k1") == server.keys["k1"]
            resolver.invalidate(server.url)
            await resolver.get_key(server.url, "k1")
            resolver.clear_cache()
            await resolver.get_key(server.url, "k1")
        assert len(server.requests) == 3
        # It was given, and so not closed.
        assert await fetcher.get_key(server.url, "k1") == server.keys["k1"]


async def test_a_resolver_closes_the_fetcher_that_it_made(server: JwksServer) -> None:
    async with HTTPKeyResolver(cache_ttl_seconds=1800) as resolver:
        assert await resolver.get_key(server.url, "k1") == server.keys["k1"]
    with pytest.raises(KeysUnavailable):
        await resolver.get_key(server.url, "k1")


async def test_a_resolver_takes_a_fetcher_or_sources() -> None:
    async with JWKSFetcher() as fetcher:
        with pytest.raises(CallgateError):
            HTTPKeyResolver(fetcher, sources={})
    async with HTTPKeyResolver(sources={ISSUER: {}}) as resolver:
        assert await resolver.get_key(ISSUER, "k1") is None
