"""JWKSFetcher: the keys that issuers publish."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Final, TypeAlias, final

from callgate import CallgateError, PublicKey
from callgate._elapsed import elapsed
from callgate.attestation._keys import published_jwk
from callgate.attestation.key_sets.address import checked_url, jwks_url
from callgate.attestation.key_sets.attempts import Attempts, FetchCounts
from callgate.attestation.key_sets.breaker import (
    CircuitBreaker,
    CircuitBreakerConfig,
    CircuitState,
)
from callgate.attestation.key_sets.download import Download
from callgate.attestation.key_sets.errors import KeysUnavailable
from callgate.attestation.key_sets.kept_keys import Ages, Flight, KeptKeys, Keys, PinnedKeys
from callgate.attestation.key_sets.key_set import KeySet
from callgate.attestation.key_sets.retries import RetryConfig
from callgate.attestation.key_sets.sources import FileSource, Source, UrlSource
from callgate.attestation.telemetry import events

KeySource: TypeAlias = "str | os.PathLike[str] | Mapping[str, PublicKey]"
"""A URL, a file with a JWKS, or the keys themselves by ``kid``."""

_MOST_ISSUERS: Final = 256
# One that was under way, one for an unknown kid, one after a file was written meanwhile.
_MOST_FLIGHTS: Final = 3


@final
class JWKSFetcher:
    """Fetches the keys of issuers, keeps them, and fetches them again before they are too old.

    Where an issuer's keys are is what the configuration says: ``sources``, or else the issuer's own
    URL with ``/.well-known/jwks.json``. Pass it only issuers that are configured, never the ``iss``
    of a token that names none of them. URLs are https, or http on loopback. A host name may
    resolve to any address, private ones included, because the operator chose the URL.

    Threads and event loops of asyncio may share a fetcher. Each fetch has a thread of its own, one
    at a time for each issuer. The owner closes it, or uses it as an asynchronous context manager.
    """

    def __init__(
        self,
        cache_ttl_seconds: float = 3600,
        request_timeout_seconds: float = 10.0,
        retry_config: RetryConfig | None = None,
        circuit_breaker_config: CircuitBreakerConfig | None = None,
        connection_pool_size: int = 10,
        *,
        sources: Mapping[str, KeySource] | None = None,
        refresh_after_seconds: float = 300.0,
        cool_down_seconds: float = 10.0,
        wait_seconds: float = 15.0,
        ca_file: str | os.PathLike[str] | None = None,
        clock: Callable[[], float] = elapsed,
    ) -> None:
        """``cache_ttl_seconds`` is the age from which on a key is not taken, whatever becomes of
        fetches; from ``refresh_after_seconds`` on they are fetched again in the background.
        ``request_timeout_seconds`` bounds one attempt, from connecting to the last byte;
        ``wait_seconds`` how long a look-up waits for all of them. ``cool_down_seconds``: that long
        no fetch follows one that failed, or one that was made for an unknown ``kid``. ``ca_file``
        replaces the system's authorities.

        Raises CallgateError for what cannot be right.
        """
        times = {
            "cache_ttl_seconds": cache_ttl_seconds,
            "request_timeout_seconds": request_timeout_seconds,
            "refresh_after_seconds": refresh_after_seconds,
            "wait_seconds": wait_seconds,
        }
        for name, seconds in times.items():
            if not 0 < seconds <= 7 * 86400:
                message = f"{name} must be more than 0 and at most a week"
                raise CallgateError(message, "INVALID_ARGUMENT", name)
        if not 0 <= cool_down_seconds <= 86400:
            message = "cool_down_seconds must be 0 to 86400"
            raise CallgateError(message, "INVALID_ARGUMENT", "cool_down_seconds")
        if not 1 <= connection_pool_size <= 1000:
            message = "connection_pool_size must be 1 to 1000"
            raise CallgateError(message, "INVALID_ARGUMENT", "connection_pool_size")
        fresh = min(refresh_after_seconds, cache_ttl_seconds)
        self._ages: Final = Ages(fresh, cache_ttl_seconds, cool_down_seconds)
        self._wait_seconds: Final = wait_seconds
        self._retries: Final = retry_config or RetryConfig()
        self._breaker_config: Final = circuit_breaker_config or CircuitBreakerConfig()
        self._clock: Final = clock
        self._counts: Final = FetchCounts()
        self._closing: Final = threading.Event()
        self._lock: Final = threading.Lock()
        self._issuers: dict[str, Keys] = {}
        self._download: Final = Download(request_timeout_seconds, connection_pool_size, ca_file)
        for issuer, source in (sources or {}).items():
            self._issuers[issuer] = self._open(issuer, source)

    async def get_key(self, issuer: str, kid: str) -> PublicKey | None:
        """The key that the issuer has under ``kid``, None where it has none.

        Raises KeysUnavailable where that cannot be known now, and CallgateError where no source is
        configured for an issuer that is no URL.
        """
        key = await self._ask(issuer, kid)
        return key if isinstance(key, PublicKey) else None

    async def get_jwks(self, issuer: str) -> dict[str, list[dict[str, Any]]]:
        """All keys of the issuer that verify tokens, as a JWKS. Raises as ``get_key`` does."""
        keys = await self._ask(issuer, None)
        assert isinstance(keys, Mapping)
        return {"keys": [published_jwk(kid, key) for kid, key in keys.items()]}

    def invalidate(self, issuer: str) -> None:
        """Takes no key of the issuer any more that was fetched before."""
        with self._lock:
            known = self._issuers.get(issuer)
        if known is not None:
            known.forget()
            self._tell_number()

    def clear_cache(self) -> None:
        """``invalidate`` for all issuers."""
        with self._lock:
            known = list(self._issuers.values())
        for keys in known:
            keys.forget()
        self._tell_number()

    @property
    def metrics(self) -> dict[str, int]:
        """What this fetcher counted."""
        return self._counts.as_dict()

    async def close(self) -> None:
        """Ends the connections, and fetches that are under way. May be called more than once."""
        self._closing.set()
        self._download.close()

    async def __aenter__(self) -> JWKSFetcher:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _ask(self, issuer: str, kid: str | None) -> PublicKey | KeySet | None:
        keys = self._keys_of(issuer)
        before = keys.flights
        for flights in range(_MOST_FLIGHTS + 1):
            if self._closing.is_set():
                raise KeysUnavailable("the fetcher is closed", issuer)
            answer = keys.ask(kid, before)
            if flights == 0:
                self._count(found=not isinstance(answer, Flight))
            if not isinstance(answer, Flight):
                return answer
            await self._landed(answer, issuer)
        raise KeysUnavailable("the keys change faster than they can be read", issuer)

    async def _landed(self, flight: Flight, issuer: str) -> None:
        # Shielded: a caller that gives up does not end the fetch that others wait for.
        landed = asyncio.shield(asyncio.wrap_future(flight.done))
        try:
            await asyncio.wait_for(landed, self._wait_seconds)
        except asyncio.TimeoutError:
            message = f"the keys were not fetched within {self._wait_seconds:g} s"
            raise KeysUnavailable(message, issuer) from None

    def _keys_of(self, issuer: str) -> Keys:
        known = self._issuers.get(issuer)
        if known is not None:  # of all look-ups but the first, without waiting for others
            return known
        with self._lock:
            known = self._issuers.get(issuer)
            if known is None:
                if len(self._issuers) >= _MOST_ISSUERS:
                    message = (
                        f"at most {_MOST_ISSUERS} issuers: pass only those that are configured"
                    )
                    raise CallgateError(message, "LIMIT_EXCEEDED", "issuer")
                known = self._issuers[issuer] = self._open(issuer, jwks_url(issuer))
            return known

    def _open(self, issuer: str, source: KeySource) -> Keys:
        if isinstance(source, Mapping):
            return PinnedKeys(_checked(source))
        opened: Source
        if isinstance(source, str):
            opened = UrlSource(checked_url(source, issuer), self._download)
        else:
            opened = FileSource(source)

        def changed(before: CircuitState, after: CircuitState) -> None:
            events.breaker_changed(issuer=issuer, before=before.value, after=after.value)

        breaker = CircuitBreaker(self._breaker_config, changed=changed, clock=self._clock)
        attempts = Attempts(issuer, opened, breaker, self._retries, self._counts, self._closing)
        return KeptKeys(opened, attempts.fetch, self._ages, self._clock, self._tell_number)

    def _count(self, *, found: bool) -> None:
        self._counts.add("cache_hits" if found else "cache_misses")
        events.key_looked_up(found=found)

    def _tell_number(self) -> None:
        with self._lock:
            number = sum(len(keys) for keys in self._issuers.values())
        events.keys_kept(number)


def _checked(keys: Mapping[str, object]) -> KeySet:
    checked: dict[str, PublicKey] = {}
    for kid, key in keys.items():
        if not isinstance(key, PublicKey):
            kind = type(key).__name__
            raise TypeError(f"keys of an issuer must be callgate.PublicKey, not {kind}")
        checked[kid] = key
    return MappingProxyType(checked)
