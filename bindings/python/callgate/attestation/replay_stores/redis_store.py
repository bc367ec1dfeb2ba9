"""RedisStore: one exchange with a Redis server, and whether its memory is complete."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any, Final, final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import OutOfMemoryError, RedisError

from callgate._elapsed import elapsed
from callgate.attestation.replay_stores.claim_key import MARGIN_MS
from callgate.attestation.replay_stores.redis_config import RedisConfig
from callgate.attestation.replay_stores.server_clock import ServerClock
from callgate.attestation.replay_stores.state import ReplayStoreUnavailable

_LOG: Final = logging.getLogger("callgate.attestation")
_SCANNED: Final = 1000


class NoReply(Exception):
    """The server could not be asked: asking again may help."""


@final
class RedisStore:
    """The keys in Redis. Belongs to one event loop.

    A key is written by ``SET NX PXAT``, which is atomic: of several verifiers one writes it. Its
    value is random, so that a verifier that got no reply and asks again knows its own.

    Two more keys tell whether the store remembers everything. ``generation`` names the run of the
    server and never expires: if it is missing or names another run, the store was flushed,
    restarted or replaced. ``incomplete`` exists until every token that was used before that has
    expired, and while it exists every verifier refuses every token.
    """

    def __init__(self, config: RedisConfig) -> None:
        self._config: Final = config
        self._generation_key: Final = f"{config.key_prefix}generation"
        self._incomplete_key: Final = f"{config.key_prefix}incomplete"
        self._generation: bytes | None = None
        self._clock: Final = ServerClock(config.longest_claim + MARGIN_MS / 1000, elapsed)
        self._examined_at = float("-inf")
        self._examining: Final = asyncio.Lock()
        # What may be lost is asked for again by us alone, knowing that it may have arrived.
        pool = BlockingConnectionPool.from_url(
            config.url,
            max_connections=config.pool_size,
            timeout=config.socket_timeout,
            socket_timeout=config.socket_timeout,
            socket_connect_timeout=config.connection_timeout,
            retry=Retry(NoBackoff(), 0),
        )
        self._client: Final = Redis.from_pool(pool)

    async def insert(self, key: str, remaining_ms: float, nonce: str) -> bool:
        """Whether ``key`` is new. It lasts ``remaining_ms`` by the server's clock, and 60 s more.

        Raises NoReply, and ReplayStoreUnavailable where asking again would not help.
        """
        await self._examine()
        server_now = self._clock.now_ms()
        assert server_now is not None  # it was examined
        until = int(server_now + max(remaining_ms, 0)) + MARGIN_MS
        sent = self._clock.ours_ms()
        asked = self._client.pipeline(transaction=False)
        name = self._config.key_prefix + key
        asked.set(name, nonce, nx=True, pxat=until)
        asked.get(name)
        asked.get(self._generation_key)
        asked.exists(self._incomplete_key)
        asked.time()
        asked.info("server")
        _, owner, generation, incomplete, time, info = await self._reply(asked.execute())
        server_ms = _milliseconds(time)
        leapt = self._clock.heard(server_ms, sent)
        if owner is not None and owner != nonce.encode():
            return False
        if generation != self._generation or _run_of(generation) != info["run_id"]:
            await self._lost(info["run_id"], server_ms)
        elif leapt:
            _LOG.error("the clock of the Redis server went ahead: it forgot used tokens early")
            await self._mark_incomplete(server_ms)
        elif not incomplete and owner is not None and until - server_ms >= remaining_ms:
            return True
        elif not incomplete:
            # Its clock moved since it was last heard of; the next key is written by its new time.
            raise ReplayStoreUnavailable("the clock of the Redis server moved: try again")
        raise _incomplete()

    async def write(self, claims: Mapping[str, float]) -> None:
        """Writes many keys, each for so many milliseconds, whether they are there or not.

        Raises NoReply.
        """
        await self._examine()
        server_now = self._clock.now_ms()
        assert server_now is not None  # it was examined
        asked = self._client.pipeline(transaction=False)
        for key, remaining_ms in claims.items():
            until = int(server_now + max(remaining_ms, 0)) + MARGIN_MS
            asked.set(self._config.key_prefix + key, "1", nx=True, pxat=until)
        await self._reply(asked.execute())

    async def connect(self) -> None:
        """Asks the server whether it can be used. Raises NoReply, ReplayStoreUnavailable."""
        await self._examine()

    async def exists(self, key: str) -> bool:
        """Whether the key is there. Raises NoReply."""
        return bool(await self._reply(self._client.exists(self._config.key_prefix + key)))

    async def count(self) -> int:
        """How many keys are there. Raises NoReply."""
        return len([name async for name in self._names()])

    async def clear(self) -> None:
        """Removes these keys and no others. Raises NoReply."""
        names = [name async for name in self._names()]
        for first in range(0, len(names), _SCANNED):
            await self._reply(self._client.unlink(*names[first : first + _SCANNED]))

    async def close(self) -> None:
        """Ends the connections."""
        await self._client.aclose()

    async def _names(self) -> AsyncIterator[bytes]:
        prefix = self._config.key_prefix
        pattern = "".join(f"\\{one}" if one in "*?[]\\" else one for one in prefix) + "*"
        others = {self._generation_key.encode(), self._incomplete_key.encode()}
        cursor, seen = 0, set[bytes]()
        while True:
            scan = self._client.scan(cursor, match=pattern, count=_SCANNED)
            cursor, names = await self._reply(scan)
            for name in names:
                if name not in others and name not in seen:
                    seen.add(name)
                    yield name
            if not cursor:
                return

    async def _examine(self) -> None:
        """At the first use, and again after each ``health_check_interval``."""
        if self._is_examined():
            return
        async with self._examining:
            if self._is_examined():
                return
            sent = self._clock.ours_ms()
            asked = self._client.pipeline(transaction=False)
            asked.time()
            asked.get(self._generation_key)
            for section in ("server", "memory", "replication"):
                asked.info(section)
            time, generation, server, memory, replication = await self._reply(asked.execute())
            server_ms = _milliseconds(time)
            if self._clock.heard(server_ms, sent):
                await self._mark_incomplete(server_ms)
            _check_server(server, memory, replication)
            if generation is None and self._generation is None:
                await self._begin(server["run_id"], server_ms)
            elif _run_of(generation) != server["run_id"]:
                await self._lost(server["run_id"], server_ms)
            elif self._generation is None:
                self._generation = generation
            elif self._generation != generation:
                await self._lost(server["run_id"], server_ms)
            self._examined_at = elapsed()

    def _is_examined(self) -> bool:
        return elapsed() - self._examined_at < self._config.health_check_interval

    async def _begin(self, run: str, server_ms: float) -> None:
        """On a store that no verifier used before."""
        if self._config.empty_is_lost:
            _LOG.error(
                "the Redis server is empty, as after a flush: every token is refused for %d s; "
                "where it is new, set empty_is_lost=False",
                self._config.longest_claim,
            )
            await self._mark_incomplete(server_ms)
        await self._name_generation(run, nx=True)

    async def _lost(self, run: str, server_ms: float) -> None:
        """Tells all other verifiers, by the two keys, that the store lost its memory."""
        _LOG.error(
            "the Redis server was flushed, restarted or replaced: every token is refused for %d s",
            self._config.longest_claim,
        )
        await self._mark_incomplete(server_ms)
        present = await self._reply(self._client.get(self._generation_key))
        if _run_of(present) == run:  # another verifier was here first
            self._generation = present
        else:
            await self._name_generation(run, nx=present is None)

    async def _mark_incomplete(self, server_ms: float) -> None:
        until = int(server_ms) + self._config.longest_claim * 1000 + MARGIN_MS
        await self._reply(self._client.set(self._incomplete_key, "1", pxat=until))

    async def _name_generation(self, run: str, *, nx: bool) -> None:
        name = f"{run} {secrets.token_hex(8)}"
        asked = self._client.pipeline(transaction=False)
        asked.set(self._generation_key, name, nx=nx)
        asked.get(self._generation_key)
        _, self._generation = await self._reply(asked.execute())

    async def _reply(self, asked: Awaitable[Any]) -> Any:
        # A server that sends a byte a second would otherwise hold a caller for as long as it likes.
        limit = self._config.connection_timeout + self._config.socket_timeout
        try:
            return await asyncio.wait_for(asked, limit)
        except OutOfMemoryError as error:
            message = "the Redis server is full: raise maxmemory, or shorten tokens' lifetimes"
            raise ReplayStoreUnavailable(message) from error
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            raise NoReply(type(error).__name__) from error


def _check_server(
    server: dict[str, Any], memory: dict[str, Any], replication: dict[str, Any]
) -> None:
    version = str(server["redis_version"])
    major, minor = (int(part) for part in version.split(".")[:2])
    if (major, minor) < (6, 2):
        message = f"the Redis server is of version {version}: use 6.2 or later, which has PXAT"
        raise ReplayStoreUnavailable(message)
    if memory.get("maxmemory_policy") != "noeviction":
        message = (
            f"maxmemory-policy of the Redis server is {memory.get('maxmemory_policy')}: it would "
            "forget used tokens; set it to noeviction"
        )
        raise ReplayStoreUnavailable(message)
    if replication.get("role") != "master":
        raise ReplayStoreUnavailable("the Redis server is a replica: connect to its primary")


def _incomplete() -> ReplayStoreUnavailable:
    return ReplayStoreUnavailable(
        "the Redis server does not remember all tokens that were used: wait until they expired"
    )


def _run_of(generation: bytes | None) -> str | None:
    return None if generation is None else generation.decode("ascii", "replace").partition(" ")[0]


def _milliseconds(time: tuple[int, int]) -> float:
    seconds, microseconds = time
    return seconds * 1000 + microseconds / 1000
