"""open_registry: everything of a running registry, opened in order and closed in the reverse."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import ASGIApp

from callgate._key_file import load_secret_key, make_secret_key
from callgate._threads import Threads
from callgate.audit import Sealing
from callgate.audit.denial_sampler import DenialSampler
from callgate.audit.journal import Journal
from callgate.audit.log import AuditLog
from callgate.registry.config import RegistryConfig
from callgate.registry.eviction import Eviction
from callgate.registry.eviction_writes import EvictionWrites
from callgate.registry.http import replies
from callgate.registry.http.app import RegistryApp
from callgate.registry.http.health import Health, HealthApp
from callgate.registry.http.operators import Operators, OperatorsApp
from callgate.registry.listening import run_pull
from callgate.registry.members import Members
from callgate.registry.proxy import ProxyBounds, ProxyEndpoint, Target
from callgate.registry.recorder import Recorder
from callgate.registry.rows.bounds import Bounds
from callgate.registry.rows.directory import Directory
from callgate.registry.rows.store import Store
from callgate.registry.rows.tools import ToolBounds
from callgate.registry.upkeep import Times, Upkeep
from callgate.serving.background import in_background
from callgate.serving.connections import Connections
from callgate.serving.credential import OperatorCredential
from callgate.serving.peer import entity_of, peer_of
from callgate.trust.view import TrustView

_LOG: Final = logging.getLogger("callgate.registry")


@dataclass(frozen=True)
class Registry:
    """A registry that could listen. ``failed`` is set when a part of it ended by itself."""

    app: RegistryApp
    health_app: ASGIApp
    operators_app: ASGIApp | None
    members: Members
    eviction: Eviction
    upkeep: Upkeep
    store: Store
    audit: AuditLog
    connections: Connections
    failed: asyncio.Event

    def configure(self, config: RegistryConfig) -> None:
        """Takes what may change while it runs: entities, times, and how much a mesh may hold."""
        self.app.admins = _admins(config)
        self.members.bounds = self.upkeep.bounds = _bounds(config)
        self.upkeep.times = _times(config)
        self.members.bind(config.entities)


@contextlib.asynccontextmanager
async def open_registry(
    config: RegistryConfig,
    trust: TrustView,
    *,
    proxy: Callable[[Members], ASGIApp] | None = None,
    wall: Callable[[], float] = time.time,
) -> AsyncIterator[Registry]:
    """``trust`` has started; ``wall`` is the time of day, in seconds since the epoch.

    Raises CallgateError, OSError, StoreUnavailable.
    """
    async with contextlib.AsyncExitStack() as stack:
        config.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        audit = await stack.enter_async_context(_audit(config, stack))
        url = None if config.database_url is None else config.database_url.reveal()
        store = Store(url, config.state)
        stack.push_async_callback(asyncio.to_thread, store.close)
        directory, recorder, connections = Directory(), Recorder(audit), Connections()
        writes = EvictionWrites(directory=directory, store=store, trust=trust)
        bounds = _bounds(config)
        eviction = Eviction(
            directory=directory,
            writes=writes,
            trust=trust,
            recorder=recorder,
            close_where=connections.close_where,
            wall=wall,
        )
        stack.callback(eviction.close)
        parsing = Threads("registry-bodies")
        stack.callback(parsing.close)
        members = Members(
            directory=directory,
            store=store,
            trust=trust,
            recorder=recorder,
            eviction=eviction,
            threads=parsing,
            bounds=bounds,
            wall=wall,
        )
        upkeep = Upkeep(
            directory=directory,
            store=store,
            trust=trust,
            eviction=eviction,
            recorder=recorder,
            times=_times(config),
            anonymous=config.tls.mode != "strict",
            certified=config.tls.on,
            bounds=bounds,
            wall=wall,
        )
        failed = asyncio.Event()
        health = Health(trust if config.tls.on else None, lambda: _failing(store, audit))
        operators = Operators(members, trust if config.tls.on else None, recorder)
        app = RegistryApp(
            mode=config.tls.mode,
            members=members,
            recorder=recorder,
            health=health,
            operators=operators,
            admins=_admins(config),
            proxy=None if proxy is None else proxy(members),
            body_bytes=config.limits.body_bytes,
            requests=config.limits.requests,
            share=_share(config),
        )
        # Before rows are read, so that no change of trust is missed between.
        trust.subscribe(eviction.trust_changed)
        await writes.publish()
        await upkeep.load()
        members.bind(config.entities)
        for work in (
            eviction.run(),
            writes.run(),
            upkeep.run_health(),
            upkeep.run_sweep(),
            upkeep.run_flush(),
            upkeep.run_lease(),
            run_pull(store, upkeep.pull),
        ):
            await stack.enter_async_context(in_background(work, failed, _LOG))
        stack.push_async_callback(_last_flush, upkeep)
        yield Registry(
            app=app,
            health_app=HealthApp(health),
            operators_app=_operators_app(config, operators),
            members=members,
            eviction=eviction,
            upkeep=upkeep,
            store=store,
            audit=audit,
            connections=connections,
            failed=failed,
        )


def proxy_of(
    config: RegistryConfig, trust: TrustView, context: Callable[[], Any]
) -> Callable[[Members], ASGIApp]:
    """Makes ``/proxy``. ``context`` is what the registry shows to agents."""

    def make(members: Members) -> ASGIApp:
        def find(host: str, port: int) -> Target | None:
            row = members.directory.at(host, port)
            if row is None:
                return None
            return Target(
                agent_id=row.agent_id,
                host=host,
                port=port,
                entity=row.entity,
                spiffe_id=None if row.identity is None else row.identity.spiffe_id,
                from_loopback=row.is_local,
            )

        return ProxyEndpoint(
            find=find,
            caller=lambda scope: entity_of(peer_of(scope)),
            judge=trust.judge,
            context=context,
            refused=replies.of_error,
            bounds=ProxyBounds(share=_share(config)),
        )

    return make


def _admins(config: RegistryConfig) -> frozenset[str]:
    return frozenset(name for name, entity in config.entities.items() if entity.admin)


def _bounds(config: RegistryConfig) -> Bounds:
    limits = config.limits
    tools = ToolBounds(limits.tools, limits.dependencies)
    return Bounds(limits.agents, tools, limits.body_bytes, limits.stored_bytes, _share(config))


def _times(config: RegistryConfig) -> Times:
    health = config.health
    return Times(
        health.check_interval, health.timeout_threshold, config.retention, config.sweep_interval
    )


def _share(config: RegistryConfig) -> int:
    # Without TLS all are one party.
    return config.limits.entity_share if config.tls.on else 100


def _failing(store: Store, audit: AuditLog) -> str | None:
    if store.failure is not None:
        return f"the database does not take writes: {store.failure}"
    return None if audit.failure is None else "the audit trail cannot be written"


def _operators_app(config: RegistryConfig, operators: Operators) -> ASGIApp | None:
    credential = config.admin.credential
    if credential is None:
        return None
    return OperatorsApp(operators, OperatorCredential(credential.reveal()))


def _audit(config: RegistryConfig, stack: contextlib.AsyncExitStack) -> AuditLog:
    journal = stack.enter_context(Journal(config.state / "journal"))
    if config.audit.key is None and not config.audit_key.exists():
        # A verifier must get the public key from elsewhere than the trail.
        make_secret_key(config.audit_key)
    key = stack.enter_context(load_secret_key(config.audit_key))
    return AuditLog(
        config.audit_directory,
        key=key,
        journal=journal,
        sealing=Sealing(rotate_bytes=config.audit.rotate_bytes),
        sampler=DenialSampler(quota=config.audit.refusals),
    )


async def _last_flush(upkeep: Upkeep) -> None:
    with contextlib.suppress(Exception):
        await upkeep.flush()
