"""serve: the gateway as a process. Binds, opens everything, listens, drains, closes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from callgate import CallgateError
from callgate.gateway.config import AdminSettings, GatewayConfig, ListenSettings
from callgate.gateway.http.protocol import OPERATORS, agent_protocol, operator_protocol
from callgate.gateway.http.refused import agents_refused, operators_refused
from callgate.gateway.http.tls import ServerTls
from callgate.gateway.lifespan import Gateway, open_gateway
from callgate.gateway.process.trust import JudgingTls, listener_tls, open_trust
from callgate.gateway.process.trust_reload import trust_reloadable
from callgate.gateway.reload.reload import Reloadable, Unchanged
from callgate.gateway.reload.reloadables import ConfigSource
from callgate.serving.bounds import OnRefused
from callgate.serving.gc_tuning import tune_gc
from callgate.serving.listener import Listener
from callgate.serving.signals import Signals
from callgate.serving.sockets import bound_sockets, limit_accepts

_LOG: Final = logging.getLogger("callgate.gateway")


@dataclass(frozen=True)
class Addresses:
    """Where a gateway listens. ``agents`` and ``operators`` are URLs, the TCP one first."""

    agents: tuple[str, ...]
    operators: tuple[str, ...]


async def serve(
    config: GatewayConfig,
    environ: Mapping[str, str],
    *,
    source: ConfigSource | None = None,
    acknowledge_audit: bool = False,
    on_ready: Callable[[Addresses], None],
) -> None:
    """Runs a gateway until SIGTERM or SIGINT, and then lets calls in flight finish.

    ``on_ready`` is called once, when it listens. ``acknowledge_audit`` is the operator's word that
    an audit trail which is not what the journal knows may go on. What a failed start had opened is
    closed again.
    Raises CallgateError, OSError.
    """
    signals = Signals()
    with signals.handled():
        async with contextlib.AsyncExitStack() as stack:
            agents = stack.enter_context(_bound(config.listen))
            operators = stack.enter_context(_bound(config.admin))
            try:
                async with _cancelled_by(signals.stop):
                    trust = await stack.enter_async_context(open_trust(config, environ))
                    tls = listener_tls(config.listen, trust)
                    things = [] if tls is None else [_reloadable(tls)]
                    if trust is not None and source is not None:
                        things.append(trust_reloadable(config, environ, source, trust))
                    opening = open_gateway(
                        config,
                        environ,
                        source=source,
                        things=things,
                        acknowledge_audit=acknowledge_audit,
                        trust=trust,
                    )
                    gateway = await stack.enter_async_context(opening)
            except asyncio.CancelledError:
                if not signals.stop.is_set():
                    raise
                return
            refused = agents_refused(gateway.services)
            limit_accepts(
                agents,
                config.listen.max_connections,
                config.listen.max_connections_per_address,
                refused=refused,
                uncounted=config.listen.trusted_proxies.networks,
            )
            protocol = agent_protocol(config.listen, gateway.services.http_limits, refused)
            for_agents = [_agents(config.listen, gateway, sock, protocol, tls) for sock in agents]
            if isinstance(tls, JudgingTls):
                gateway.connections.closers.append(tls.close_where)
            refused = operators_refused(gateway.services.metrics)
            limit_accepts(
                operators,
                OPERATORS.connections,
                OPERATORS.connections_per_address,
                refused=refused,
            )
            for_operators = [_operators(gateway, sock, refused) for sock in operators]
            await _run(gateway, signals, for_agents, for_operators, on_ready)


async def _run(
    gateway: Gateway,
    signals: Signals,
    agents: list[Listener],
    operators: list[Listener],
    on_ready: Callable[[Addresses], None],
) -> None:
    servers = [*agents, *operators]
    tasks = {server: asyncio.create_task(server.run_until_stopped()) for server in servers}
    helpers = [
        asyncio.create_task(signals.stop.wait()),
        asyncio.create_task(gateway.failed.wait()),
        asyncio.create_task(_reload_on(signals.reload, gateway)),
    ]
    try:
        for server in servers:
            await _first(server.listening.wait(), tasks[server])
        tune_gc()
        on_ready(
            Addresses(
                tuple(server.url for server in agents), tuple(server.url for server in operators)
            )
        )
        await asyncio.wait([*helpers, *tasks.values()], return_when=asyncio.FIRST_COMPLETED)
        _LOG.info("stopping", extra={"calls_in_flight": sum(map(_under_way, agents))})
    finally:
        gateway.draining.set()
        # Operators stay connected until the last call has ended: it may be one to be revoked.
        for group in (agents, operators):
            await _stop(group, tasks, signals)
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
    for task in tasks.values():
        task.result()
    if gateway.failed.is_set():
        raise CallgateError("a part of the gateway failed; the log says which", "INTERNAL_ERROR")


async def _stop(
    servers: list[Listener], tasks: Mapping[Listener, asyncio.Task[None]], signals: Signals
) -> None:
    for server in servers:
        server.stop(at_once=signals.hurry.is_set())
    hurry = asyncio.create_task(signals.hurry.wait())
    waiting = {tasks[server] for server in servers}
    while waiting:
        done, _ = await asyncio.wait({hurry, *waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting -= done
        if hurry in done:
            for server in servers:
                server.stop(at_once=True)
            if waiting:
                await asyncio.wait(waiting)
            break
    hurry.cancel()


async def _reload_on(asked: asyncio.Event, gateway: Gateway) -> None:
    while True:
        await asked.wait()
        asked.clear()
        await gateway.reloader.reload_now()


async def _first(wanted: Coroutine[Any, Any, Any], other: asyncio.Task[None]) -> None:
    """Returns when ``wanted`` has ended; raises what ``other`` ended with, if that was first."""
    task = asyncio.create_task(wanted)
    await asyncio.wait({task, other}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        task.cancel()
        other.result()
        raise CallgateError("a listener ended before it began", "INTERNAL_ERROR")


@contextlib.asynccontextmanager
async def _cancelled_by(event: asyncio.Event) -> AsyncIterator[None]:
    """Cancels the block when the event is set."""
    current = asyncio.current_task()
    assert current is not None

    async def cancel() -> None:
        await event.wait()
        current.cancel()

    watcher = asyncio.create_task(cancel())
    try:
        yield
    finally:
        watcher.cancel()


def _bound(
    settings: ListenSettings | AdminSettings,
) -> contextlib.AbstractContextManager[list[socket.socket]]:
    return bound_sockets(
        address=settings.address,
        port=settings.port,
        unix=settings.unix,
        unix_mode=int(settings.unix_mode, 8),
    )


def _under_way(server: Listener) -> int:
    return len(server.server_state.tasks)


def _reloadable(tls: ServerTls | JudgingTls) -> Reloadable:
    async def apply(unchanged: Unchanged) -> None:
        tls.reload()
        unchanged()
        _LOG.info("certificates read again")

    return Reloadable("tls", lambda: [Path(name) for name in tls.files], apply)


def _agents(
    settings: ListenSettings,
    gateway: Gateway,
    bound: socket.socket,
    protocol: type[asyncio.Protocol],
    tls: ServerTls | JudgingTls | None,
) -> Listener:
    local = bound.family == socket.AF_UNIX
    judging = tls if isinstance(tls, JudgingTls) and not local else None
    return Listener(
        gateway.app,
        bound=bound,
        protocol=protocol if judging is None else judging.protocol(protocol),
        tls=tls.context if isinstance(tls, ServerTls) and not local else None,
        speaks_tls=judging is not None,
        header_bytes=settings.header_bytes,
        keep_alive_seconds=settings.keep_alive_seconds,
        drain_seconds=settings.drain_seconds,
        backlog=settings.backlog,
    )


def _operators(gateway: Gateway, bound: socket.socket, refused: OnRefused) -> Listener:
    return Listener(
        gateway.admin_app,
        bound=bound,
        protocol=operator_protocol(refused),
        tls=None,
        header_bytes=32 * 1024,
        keep_alive_seconds=75,
        drain_seconds=5,
        backlog=64,
    )
