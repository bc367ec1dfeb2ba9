"""The listeners of a registry: agents, probes, operators."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp

from callgate import CallgateError
from callgate.registry.config import RegistryConfig
from callgate.registry.http.replies import ConnectionAnswers
from callgate.registry.lifespan import Registry
from callgate.serving.bounds import Bound
from callgate.serving.connection import bounded_connections
from callgate.serving.http_limits import HttpLimits
from callgate.serving.listener import Listener
from callgate.serving.sockets import bound_sockets, limit_accepts
from callgate.serving.tls.trust_tls import TrustTls
from callgate.trust.view import TrustView

_ANSWERS: Final = ConnectionAnswers()
_FEW: Final = HttpLimits(connections=64, connections_per_address=64)
# Longer than agents wait between two heartbeats.
KEEP_ALIVE_SECONDS: Final = 75
DRAIN_SECONDS: Final = 5


@dataclass(frozen=True)
class Sockets:
    """Bound before anything else opens."""

    agents: list[socket.socket]
    health: list[socket.socket]
    operators: list[socket.socket]


@dataclass
class Listening:
    """Where a registry listens. ``tls`` is None in mode ``off``."""

    tls: TrustTls | None
    agents: list[Listener] = field(default_factory=list)
    health: list[Listener] = field(default_factory=list)
    operators: list[Listener] = field(default_factory=list)

    @property
    def all(self) -> list[Listener]:
        """Of every kind."""
        return [*self.agents, *self.health, *self.operators]


@contextlib.contextmanager
def bind(config: RegistryConfig) -> Iterator[Sockets]:
    """Raises CallgateError, which names the address."""
    with contextlib.ExitStack() as stack:
        try:
            agents = stack.enter_context(bound_sockets(address=config.host, port=config.port))
        except CallgateError as error:
            message = f"{error.message}: choose another port with --port, or address with --host"
            raise CallgateError(message, "INVALID_ARGUMENT", error.where) from error
        health: list[socket.socket] = []
        if config.health.port:
            probes = bound_sockets(address="127.0.0.1", port=config.health.port)
            health = stack.enter_context(probes)
        admin = config.admin
        operators: list[socket.socket] = []
        if admin.port or admin.unix is not None:
            address = admin.address if admin.port else None
            listener = bound_sockets(address=address, port=admin.port, unix=admin.unix)
            operators = stack.enter_context(listener)
        yield Sockets(agents, health, operators)


@contextlib.asynccontextmanager
async def listening(
    config: RegistryConfig,
    registry: Registry,
    trust: TrustView,
    sockets: Sockets,
    *,
    hurry: asyncio.Event | None = None,
) -> AsyncIterator[Listening]:
    """Listens while the block runs, then lets requests under way finish, until ``hurry`` is set.

    Raises CallgateError.
    """
    tls = _tls(config, trust)
    listeners = Listening(tls)
    limits = HttpLimits(
        body_bytes=config.limits.body_bytes,
        header_seconds=config.limits.header_seconds,
        body_seconds=config.limits.body_seconds,
        connections=config.limits.connections,
        connections_per_address=config.limits.connections_per_address,
        requests=config.limits.requests,
    )
    listeners.agents = [_listener(registry.app, sock, limits, tls) for sock in sockets.agents]
    listeners.health = [_listener(registry.health_app, sock, _FEW) for sock in sockets.health]
    if registry.operators_app is not None:
        operators = registry.operators_app
        listeners.operators = [_listener(operators, sock, _FEW) for sock in sockets.operators]
    if tls is not None:
        registry.connections.closers.append(tls.close_where)
    tasks = {one: asyncio.create_task(one.run_until_stopped()) for one in listeners.all}
    try:
        for listener, task in tasks.items():
            await _begun(listener, task)
        yield listeners
    finally:
        for listener in tasks:
            listener.stop()
        hurrying = asyncio.create_task(_hurry(listeners, hurry or asyncio.Event()))
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        hurrying.cancel()


async def _hurry(listeners: Listening, hurry: asyncio.Event) -> None:
    await hurry.wait()
    for listener in listeners.all:
        listener.stop(at_once=True)


def _tls(config: RegistryConfig, trust: TrustView) -> TrustTls | None:
    if config.tls.cert is None or config.tls.key is None or not config.tls.on:
        return None
    return TrustTls(
        certificate=config.tls.cert,
        key=config.tls.key,
        judge=trust,
        minimum_version=config.tls.minimum_version,
        handshake_seconds=config.limits.header_seconds,
    )


def _listener(
    app: ASGIApp, bound: socket.socket, limits: HttpLimits, tls: TrustTls | None = None
) -> Listener:
    inner = bounded_connections(limits, answers=_ANSWERS, refused=_refused)
    limit_accepts([bound], limits.connections, limits.connections_per_address, refused=_refused)
    return Listener(
        app,
        bound=bound,
        protocol=inner if tls is None else tls.protocol(inner),
        tls=None,
        speaks_tls=tls is not None,
        header_bytes=limits.header_bytes,
        keep_alive_seconds=KEEP_ALIVE_SECONDS,
        drain_seconds=DRAIN_SECONDS,
        backlog=2048,
    )


def _refused(bound: Bound, code_name: str, peer: str, trace_id: str | None = None) -> None:
    """Whatever a connection refuses was answered, and says nothing of an agent."""


async def _begun(listener: Listener, task: asyncio.Task[None]) -> None:
    listens = asyncio.create_task(listener.listening.wait())
    await asyncio.wait({listens, task}, return_when=asyncio.FIRST_COMPLETED)
    if not listens.done():
        listens.cancel()
        task.result()
        raise CallgateError("a listener ended before it began", "INTERNAL_ERROR")
