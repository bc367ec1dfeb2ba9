"""HTTPKeyResolver: what a verifier asks for keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Final, final

from callgate import CallgateError, PublicKey
from callgate.attestation.key_sets.fetcher import JWKSFetcher, KeySource


@final
class HTTPKeyResolver:
    """The key resolver over a JWKSFetcher. Threads and event loops may share it.

    It closes the fetcher that it made itself; one that it was given belongs to its giver.
    """

    def __init__(
        self,
        fetcher: JWKSFetcher | None = None,
        cache_ttl_seconds: float = 3600,
        *,
        sources: Mapping[str, KeySource] | None = None,
    ) -> None:
        """Without a fetcher it makes one with the other two. Raises CallgateError for both."""
        if fetcher is not None and sources is not None:
            message = "give either a fetcher or sources: a fetcher has its own"
            raise CallgateError(message, "INVALID_ARGUMENT", "sources")
        self._made: Final = fetcher is None
        self._fetcher: Final = fetcher or JWKSFetcher(cache_ttl_seconds, sources=sources)

    async def get_key(self, issuer: str, kid: str) -> PublicKey | None:
        """The key, None where the issuer has none of this ``kid``. Raises KeysUnavailable."""
        return await self._fetcher.get_key(issuer, kid)

    def invalidate(self, issuer: str) -> None:
        """Takes no key of the issuer any more that was fetched before."""
        self._fetcher.invalidate(issuer)

    def clear_cache(self) -> None:
        """``invalidate`` for all issuers."""
        self._fetcher.clear_cache()

    async def close(self) -> None:
        """Closes the fetcher that was made here. May be called more than once."""
        if self._made:
            await self._fetcher.close()

    async def __aenter__(self) -> HTTPKeyResolver:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
