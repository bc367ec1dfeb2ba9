"""Caches over a real Redis of a test's own, and what tests ask of them."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from callgate.attestation.cache import (
    RedisConfig,
    RedisReplayCache,
    ReplayStoreUnavailable,
)
from redis_server import RedisServer, program, redis_server

PREFIX = "mcp_attestation:jti:"
# Valkey is not in every system's packages: it is tested where it is installed.
SERVERS = [name for name in ("redis-server", "valkey-server") if program(name)]


# Each test has a store of its own, which nothing can have been flushed from.
NEW: Final[dict[str, object]] = {"empty_is_lost": False}


def config(server: RedisServer, **changes: object) -> RedisConfig:
    settings: dict[str, Any] = {"url": server.url, "retry_delay": 0.01, **NEW, **changes}
    return RedisConfig(**settings)


def later(seconds: float = 300) -> int:
    return int(time.time() + seconds)


def key() -> str:
    return secrets.token_hex(32)


async def refusal(cache: RedisReplayCache, jti: str | None = None, exp: float | None = None) -> str:
    with pytest.raises(ReplayStoreUnavailable) as refused:
        await cache.check_and_add(jti or key(), exp or later())
    assert refused.value.code_name == "LEDGER_UNAVAILABLE"
    return refused.value.message


@pytest.fixture(params=SERVERS)
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with redis_server(tmp_path, request.param) as server:
        yield server


@pytest.fixture
async def cache(server: RedisServer) -> AsyncIterator[RedisReplayCache]:
    async with RedisReplayCache(config=config(server)) as cache:
        yield cache
