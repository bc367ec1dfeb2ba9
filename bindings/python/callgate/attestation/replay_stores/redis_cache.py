"""RedisReplayCache: used tokens that several processes remember together."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import asdict, replace
from types import TracebackType
from typing import Any, Final, final

from callgate.attestation.replay_stores.claim_key import claim_key
from callgate.attestation.replay_stores.memory import InMemoryReplayCache, now_ms
from callgate.attestation.replay_stores.redis_config import RedisConfig
from callgate.attestation.replay_stores.redis_store import NoReply, RedisStore
from callgate.attestation.replay_stores.state import (
    CacheMetrics,
    CacheState,
    ReplayStoreUnavailable,
)

_LOG: Final = logging.getLogger("callgate.attestation")


@final
class RedisReplayCache:
    """Among all verifiers that share a Redis or Valkey server, only one accepts a single-use token.

    Where the server cannot be asked, or may have forgotten what it was told, every token is refused
    as ``unavailable``; ``RedisConfig.fallback_enabled`` says otherwise. Tasks of one event loop
    share a cache. Its owner closes it, or uses it as an asynchronous context manager.
    """

    def __init__(
        self,
        url: str | None = None,
        key_prefix: str | None = None,
        config: RedisConfig | None = None,
    ) -> None:
        """``url`` and ``key_prefix`` replace those of ``config``. Raises CallgateError."""
        given = {"url": url, "key_prefix": key_prefix}
        changes: dict[str, Any] = {name: one for name, one in given.items() if one is not None}
        self._config: Final = replace(config or RedisConfig(), **changes)
        self.metrics = CacheMetrics()
        self._state = CacheState.UNHEALTHY
        self._failures = 0
        self._store: RedisStore | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        # With a fallback, all that this process used, and what Redis has not been told of it.
        self._local: Final = InMemoryReplayCache()
        self._owed: dict[str, int] = {}

    async def connect(self) -> None:
        """Asks the server whether it can be used; without it, the first check does.

        Raises ReplayStoreUnavailable where it cannot be used and there is no fallback.
        """
        try:
            await self._opened().connect()
        except (NoReply, ReplayStoreUnavailable) as error:
            self._failed()
            unavailable = self._no_reply(error) if isinstance(error, NoReply) else error
            if not self._config.fallback_enabled:
                raise unavailable from error
            self._degrade()
        else:
            self._answered()

    async def close(self) -> None:
        """Ends the connections. May be called more than once; the cache cannot be used after."""
        self._closed = True
        store, self._store = self._store, None
        self._state = CacheState.UNHEALTHY
        if store is not None:
            await store.close()

    async def check_and_add(self, jti: str, exp: float) -> bool:
        """Whether ``jti`` is new. It is remembered until 60 s after ``exp``, seconds since 1970.

        Raises ReplayStoreUnavailable where that cannot be known.
        """
        key, expires_at = claim_key(jti), int(exp * 1000)
        self.metrics.checks += 1
        remaining = expires_at - now_ms()
        if remaining > self._config.longest_claim * 1000:
            message = "the token lives longer than longest_lifetime of RedisConfig: raise that"
            raise ReplayStoreUnavailable(message)
        try:
            is_new = await self._ask(key, remaining)
        except ReplayStoreUnavailable as error:
            is_new = self._fall_back(key, expires_at, error)
        else:
            if self._config.fallback_enabled and is_new:
                is_new = self._local.insert(key, expires_at)
        if is_new:
            self.metrics.misses += 1
        else:
            self.metrics.hits += 1
            self.metrics.replays_detected += 1
        return is_new

    async def exists(self, jti: str) -> bool:
        """Whether Redis remembers it. Raises ReplayStoreUnavailable."""
        try:
            return await self._opened().exists(claim_key(jti))
        except NoReply as error:
            raise self._no_reply(error) from error

    async def count(self) -> int:
        """How many Redis remembers. Raises ReplayStoreUnavailable."""
        try:
            return await self._opened().count()
        except NoReply as error:
            raise self._no_reply(error) from error

    async def clear(self) -> None:
        """Has Redis and this process forget all of them, so that used tokens verify again: for
        tests. Raises ReplayStoreUnavailable.
        """
        try:
            await self._opened().clear()
        except NoReply as error:
            raise self._no_reply(error) from error
        await self._local.clear()
        self._owed.clear()

    @property
    def state(self) -> CacheState:
        """As of the last time that Redis was asked."""
        return self._state

    @property
    def is_connected(self) -> bool:
        """Whether Redis answered the last time."""
        return self._state is CacheState.HEALTHY

    def get_health_status(self) -> dict[str, Any]:
        """For a health endpoint: state, counts, and nothing secret."""
        return {
            "state": self._state.value,
            "using_fallback": self._state is CacheState.DEGRADED,
            "redis_connected": self.is_connected,
            "consecutive_failures": self._failures,
            "metrics": asdict(self.metrics),
        }

    async def __aenter__(self) -> RedisReplayCache:
        try:
            await self.connect()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def _opened(self) -> RedisStore:
        if self._closed:
            raise ReplayStoreUnavailable("the replay cache is closed")
        loop = asyncio.get_running_loop()
        if self._store is not None and self._loop is not loop:
            if self._loop is not None and not self._loop.is_closed():
                message = "the replay cache belongs to another event loop: make one for each"
                raise ReplayStoreUnavailable(message)
            self._store = None  # its connections ended with their loop
        if self._store is None:
            self._store, self._loop = RedisStore(self._config), loop
        return self._store

    async def _ask(self, key: str, remaining: int) -> bool:
        """Retries only the first failure: while Redis is away, callers do not wait for it."""
        nonce = secrets.token_hex(8)
        retries = self._config.max_retries if self.is_connected else 0
        delay = self._config.retry_delay
        while True:
            store = self._opened()
            try:
                await self._pay(store)
                is_new = await store.insert(key, remaining, nonce)
            except NoReply as error:
                self._failed()
                if retries <= 0:
                    raise self._no_reply(error) from error
            except ReplayStoreUnavailable:
                self._failed()
                raise
            else:
                self._answered()
                return is_new
            retries -= 1
            await asyncio.sleep(delay)
            delay *= 2

    async def _pay(self, store: RedisStore) -> None:
        """Tells Redis what this process took without it, before anything else."""
        owed, self._owed = self._owed, {}
        now = now_ms()
        live = {key: expires_at - now for key, expires_at in owed.items() if expires_at > now}
        if not live:
            return
        try:
            await store.write(live)
        except BaseException:
            self._owed.update(owed)
            raise

    def _fall_back(self, key: str, expires_at: int, error: ReplayStoreUnavailable) -> bool:
        if not self._config.fallback_enabled or self._closed:
            self._state = CacheState.UNHEALTHY
            raise error
        self._degrade()
        if expires_at - now_ms() > self._config.fallback_lifetime * 1000:
            message = (
                f"without Redis only tokens with at most {self._config.fallback_lifetime:g} s left "
                f"are taken: {error.message}"
            )
            raise ReplayStoreUnavailable(message) from error
        is_new = self._local.insert(key, expires_at)
        if is_new:
            self._owed[key] = expires_at
        return is_new

    def _degrade(self) -> None:
        if self._state is not CacheState.DEGRADED:
            self._state = CacheState.DEGRADED
            self.metrics.fallback_activations += 1
            _LOG.error("Redis cannot be asked: this process alone remembers used tokens now")

    def _failed(self) -> None:
        self.metrics.redis_errors += 1
        self._failures += 1
        if self._state is CacheState.HEALTHY:
            self._state = CacheState.UNHEALTHY
            _LOG.error("the replay store in Redis cannot be used")

    def _answered(self) -> None:
        if self._state is not CacheState.HEALTHY and self._failures:
            self.metrics.reconnections += 1
            _LOG.warning("the replay store in Redis can be used again")
        self._state = CacheState.HEALTHY
        self._failures = 0

    @staticmethod
    def _no_reply(error: NoReply) -> ReplayStoreUnavailable:
        return ReplayStoreUnavailable(f"the Redis server cannot be asked: {error}")
