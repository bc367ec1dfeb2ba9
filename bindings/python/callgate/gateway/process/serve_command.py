"""What ``callgate serve`` does, without the printing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from callgate import CallgateError
from callgate.gateway.config import GatewayConfig, load_config
from callgate.gateway.demo.demo import Demo, prepare_demo
from callgate.gateway.http.protocol import OPERATORS
from callgate.gateway.process.check import check_files
from callgate.gateway.process.serve import Addresses, serve
from callgate.gateway.reload.reloadables import ConfigSource
from callgate.serving.descriptors import raise_descriptor_limit
from callgate.serving.logging import configure_logging


@dataclass(frozen=True)
class Checked:
    """What ``--check`` found to be good."""

    data: dict[str, Any]
    lines: list[str]


def schema_lines(schema: dict[str, Any]) -> list[str]:
    """For people and for a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False).splitlines()


class Ports(NamedTuple):
    """Given on the command line, they replace the configuration's. None: as configured."""

    agents: int | None = None
    operators: int | None = None


AS_CONFIGURED: Final = Ports()
DEMO_PORT: Final = 8700
DEMO_ADMIN_PORT: Final = 8701


def demo(environ: Mapping[str, str], ports: Ports) -> Demo:
    """Prepares a demonstration."""
    return prepare_demo(
        environ,
        port=DEMO_PORT if ports.agents is None else ports.agents,
        admin_port=DEMO_ADMIN_PORT if ports.operators is None else ports.operators,
    )


def check(path: Path, environ: Mapping[str, str], ports: Ports = AS_CONFIGURED) -> Checked:
    """Reads everything that a start would read. Raises CallgateError, OSError."""
    config = _load(path, environ, ports)
    found = check_files(config, environ)
    shown = {name: value for name, value in found.items() if name != "warnings"}
    lines = [f"{path}: good", *(f"{name}: {value}" for name, value in shown.items())]
    lines += [f"warning: {text}" for text in found["warnings"]]
    return Checked({"config": str(path), **found}, lines)


def run(
    path: Path,
    environ: Mapping[str, str],
    on_ready: Callable[[Addresses], None],
    *,
    ports: Ports = AS_CONFIGURED,
    acknowledge_audit: bool = False,
) -> None:
    """Serves until a signal says stop. Raises CallgateError, OSError."""
    config = _load(path, environ, ports)
    configure_logging(config.logging)
    raise_descriptor_limit(
        config.listen.max_connections,
        others=OPERATORS.connections,
        setting="listen.max_connections",
    )
    source = ConfigSource(path, lambda: _load(path, environ, ports))
    serving = serve(
        config, environ, source=source, acknowledge_audit=acknowledge_audit, on_ready=on_ready
    )
    asyncio.run(serving)


def _load(path: Path, environ: Mapping[str, str], ports: Ports) -> GatewayConfig:
    config = load_config(path, environ)
    changes: dict[str, Any] = {}
    for name, option, port in (
        ("listen", "--port", ports.agents),
        ("admin", "--admin-port", ports.operators),
    ):
        section = getattr(config, name)
        if port is None:
            continue
        if section.address is None:
            message = f"{name}.address is null in {path}: there is no port to choose"
            raise CallgateError(message, "INVALID_ARGUMENT", option)
        changes[name] = section.model_copy(update={"port": port})
    return config.model_copy(update=changes)
