"""listen.trust: the store of trust backends that judges client certificates, and the TLS for it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, Protocol, runtime_checkable

from callgate import CallgateError
from callgate.gateway.config import GatewayConfig, ListenSettings, ListenTrustSettings
from callgate.gateway.http.tls import ServerTls
from callgate.serving.peer import Peer
from callgate.trust.backends import configured
from callgate.trust.backends.remote import needs_extra
from callgate.trust.backends.source import Source
from callgate.trust.store import TrustStore

_LOG: Final = logging.getLogger("callgate.gateway")


@runtime_checkable
class JudgingTls(Protocol):
    """What is asked of TrustTls, whose library is an extra."""

    @property
    def files(self) -> tuple[str, ...]:
        """What is read."""

    def reload(self) -> None:
        """Reads the files again. Raises CallgateError, and then nothing changes."""

    def protocol(self, inner: Callable[..., asyncio.Protocol]) -> type[asyncio.Protocol]:
        """TLS in front of ``inner``, for uvicorn."""

    def close_where(self, predicate: Callable[[Peer], bool]) -> int:
        """Closes the connections whose peer is as it says."""


@contextlib.asynccontextmanager
async def open_trust(
    config: GatewayConfig, environ: Mapping[str, str]
) -> AsyncIterator[TrustStore | None]:
    """Started; None where it is not configured. Raises CallgateError.

    A backend that cannot be used yet does not keep the gateway from starting: until it can, no
    certificate is trusted because of it.
    """
    settings = config.listen.trust
    if settings is None:
        yield None
        return
    store = TrustStore(make_sources(settings, environ))
    await store.start()
    try:
        for text in trust_warnings(store):
            _LOG.warning(text)
        yield store
    finally:
        await store.stop()


def make_sources(settings: ListenTrustSettings, environ: Mapping[str, str]) -> list[Source]:
    """The backends, not yet started. Raises CallgateError, also where an extra is missing."""
    wanted = configured.Wanted(
        settings.backend,
        directory=settings.dir,
        namespace=settings.k8s.namespace,
        selector=settings.k8s.label_selector,
        socket=settings.spire.socket,
        stale_after=settings.stale_after,
    )
    return configured.make_sources(wanted, environ)


def listener_tls(
    settings: ListenSettings, trust: TrustStore | None
) -> ServerTls | JudgingTls | None:
    """A ServerTls, with ``trust`` a TrustTls, None without TLS. Raises CallgateError."""
    if settings.tls is None:
        return None
    if trust is None:
        return ServerTls(settings.tls)
    with needs_extra("listen.trust", "trust"):
        from callgate.serving.tls.trust_tls import TrustTls
    return TrustTls(
        certificate=settings.tls.certificate,
        key=settings.tls.key,
        judge=trust,
        minimum_version=settings.tls.minimum_version,
        handshake_seconds=settings.header_seconds,
    )


def trust_warnings(trust: TrustStore) -> list[str]:
    """What is wrong with the sources, and what that means."""
    texts = [
        f"{state.name}: {problem.place}: {problem.message}"
        for state in trust.states
        for problem in state.problems
    ]
    texts += [
        f"listen.trust: {state.name} cannot be used: {state.detail}"
        for state in trust.states
        if state.status == "unavailable"
    ]
    if not trust.snapshot.anchors:
        texts.append("listen.trust: there is no anchor, so no client certificate is trusted")
    return texts


async def asked_once(config: GatewayConfig, environ: Mapping[str, str]) -> dict[str, Any]:
    """What a start would find: entities, backends, warnings. Raises CallgateError."""
    async with open_trust(config, environ) as trust:
        if trust is None:
            raise CallgateError("listen.trust is not configured", "INVALID_ARGUMENT")
        listener_tls(config.listen, trust)
        return {
            "entities": sorted({one.entity for one in trust.snapshot.anchors}),
            "warnings": trust_warnings(trust),
        }
