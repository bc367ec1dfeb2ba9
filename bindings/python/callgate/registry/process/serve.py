"""serve: the registry as a process. Binds, opens everything, listens, closes."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from callgate import CallgateError
from callgate.audit import AuditDiffers, AuditInUse, AuditKeyChanged, AuditTruncated
from callgate.registry.config import RegistryConfig, load_config
from callgate.registry.lifespan import Registry, open_registry, proxy_of
from callgate.registry.process.certificate_reload import ClientCertificate, run_reload
from callgate.registry.process.check import mode_warnings, trust_warnings
from callgate.registry.process.listeners import Listening, Sockets, bind, listening
from callgate.registry.process.own_certificate import validity_warnings
from callgate.registry.process.settings_reload import Read, SettingsReload
from callgate.registry.process.sources import check_trust, make_sources
from callgate.registry.process.tls_auto import (
    LocalMesh,
    planned_local_mesh,
    prepare_local_mesh,
)
from callgate.registry.rows.writer import StoreUnavailable
from callgate.serving.descriptors import raise_descriptor_limit
from callgate.serving.gc_tuning import tune_gc
from callgate.serving.logging import configure_logging
from callgate.serving.signals import Signals
from callgate.trust.store import TrustStore

_LOG: Final = logging.getLogger("callgate.registry")
STATE: Final = "~/.mcp-mesh"
# Of the database, the audit trail, trust backends, calls through the proxy.
OTHER_DESCRIPTORS: Final = 256
# How long a thread that parses a body keeps the interpreter, each time that the loop wants it back:
# as it does after every read of a connection. By default it is ten times as long.
SWITCH_SECONDS: Final = 0.0005


@dataclass(frozen=True)
class Addresses:
    """Where a registry listens, as URLs."""

    agents: tuple[str, ...]
    health: tuple[str, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Chosen:
    """What the command line says. ``tls_auto``: make a local mesh first, whose files are used."""

    config: Path | None = None
    host: str | None = None
    port: int | None = None
    tls_auto: bool = False


def read(
    chosen: Chosen, environ: Mapping[str, str], *, make: bool = True
) -> tuple[RegistryConfig, LocalMesh | None]:
    """The configuration, and the local mesh that was made, or with ``make=False`` would be.

    Raises CallgateError, OSError.
    """
    mesh = None
    if chosen.tls_auto:
        directory = Path(environ.get("MCP_MESH_TRUST_DIR") or f"{STATE}/tls").expanduser()
        mesh = prepare_local_mesh(directory) if make else planned_local_mesh(directory)
        # What the operator set stands over what the local mesh would set.
        environ = {**mesh.registry, **{name: text for name, text in environ.items() if text}}
    given: dict[tuple[str, ...], Any] = {}
    if chosen.host is not None:
        given[("host",)] = chosen.host
    if chosen.port is not None:
        given[("port",)] = chosen.port
    return load_config(chosen.config, environ, given), mesh


def run(
    config: RegistryConfig,
    environ: Mapping[str, str],
    on_ready: Callable[[Addresses], None],
    read_again: Read,
) -> None:
    """Serves until a signal says stop. Raises CallgateError, OSError.

    ``read_again`` gives the configuration as it is when SIGHUP asks for it.
    """
    configure_logging(config.logging)
    raise_descriptor_limit(
        config.limits.connections, others=OTHER_DESCRIPTORS, setting="limits.connections"
    )
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(serve(config, environ, on_ready, read_again))


async def serve(
    config: RegistryConfig,
    environ: Mapping[str, str],
    on_ready: Callable[[Addresses], None],
    read_again: Read,
) -> None:
    """The same in an event loop; ``on_ready`` is called once, when it listens."""
    signals = Signals()
    with signals.handled(), bind(config) as sockets:
        trust = TrustStore(make_sources(config, environ))
        await trust.start()
        try:
            check_trust(config, trust)
            for text in (*mode_warnings(config), *trust_warnings(config, trust)):
                _LOG.warning(text)

            def reloading(registry: Registry) -> SettingsReload:
                return SettingsReload(config, read_again, environ, registry, trust)

            await _serve(config, trust, sockets, signals, on_ready, reloading)
        except (AuditTruncated, AuditDiffers, AuditKeyChanged) as error:
            message = f"{error.message}; find out why, see docs/audit.md"
            raise type(error)(message, error.where) from error
        except AuditInUse as error:
            message = f"{error.message}: give this registry a `state` folder of its own"
            raise AuditInUse(message, error.where) from error
        except StoreUnavailable as error:
            message = "the database does not answer: see that it is reachable"
            raise CallgateError(message, "INVALID_ARGUMENT", "database_url") from error
        finally:
            await trust.stop()


async def _serve(
    config: RegistryConfig,
    trust: TrustStore,
    sockets: Sockets,
    signals: Signals,
    on_ready: Callable[[Addresses], None],
    reloading: Callable[[Registry], SettingsReload],
) -> None:
    proxy, shown = None, None
    cert, key = config.tls.cert, config.tls.key
    if config.tls.on and cert is not None and key is not None:
        shown = certificate = ClientCertificate(cert, key)
        for text in validity_warnings(cert):
            _LOG.warning(text)
        proxy = proxy_of(config, trust, lambda: certificate.context)
    async with (
        open_registry(config, trust, proxy=proxy) as registry,
        listening(config, registry, trust, sockets, hurry=signals.hurry) as listeners,
    ):
        tune_gc()
        on_ready(_addresses(listeners))
        reload = reloading(registry).run(signals.reload)
        await _until_stopped(registry, listeners, signals, shown, reload)


async def _until_stopped(
    registry: Registry,
    listeners: Listening,
    signals: Signals,
    shown: ClientCertificate | None,
    reload: Coroutine[Any, Any, None],
) -> None:
    stopped = asyncio.create_task(signals.stop.wait())
    failed = asyncio.create_task(registry.failed.wait())
    tasks: list[asyncio.Task[Any]] = [stopped, failed, asyncio.create_task(reload)]
    if listeners.tls is not None:
        tasks.append(asyncio.create_task(run_reload(listeners.tls, shown)))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        _LOG.info("stopping")
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
    if registry.failed.is_set():
        raise CallgateError("a part of the registry failed; the log says which", "INTERNAL_ERROR")


def _addresses(listeners: Listening) -> Addresses:
    return Addresses(
        tuple(one.url for one in listeners.agents),
        tuple(one.url for one in listeners.health),
        tuple(one.url for one in listeners.operators),
    )
