"""What ``callgate serve`` does, without the printing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callgate.gateway.config import load_config
from callgate.gateway.demo.demo import Demo, prepare_demo
from callgate.gateway.http.descriptors import raise_descriptor_limit
from callgate.gateway.logging import configure_logging
from callgate.gateway.process.check import check_files
from callgate.gateway.process.serve import Addresses, serve
from callgate.gateway.reload.reloadables import ConfigSource


@dataclass(frozen=True)
class Checked:
    """What ``--check`` found to be good."""

    data: dict[str, Any]
    lines: list[str]


def schema_lines(schema: dict[str, Any]) -> list[str]:
    """For people and for a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False).splitlines()


def demo(environ: Mapping[str, str], port: int, admin_port: int) -> Demo:
    """Prepares a demonstration."""
    return prepare_demo(environ, port=port, admin_port=admin_port)


def check(path: Path, environ: Mapping[str, str]) -> Checked:
    """Reads everything that a start would read. Raises CallgateError, OSError."""
    config = load_config(path, environ)
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
    acknowledge_audit: bool = False,
) -> None:
    """Serves until a signal says stop. Raises CallgateError, OSError."""
    config = load_config(path, environ)
    configure_logging(config.logging)
    raise_descriptor_limit(config.listen.max_connections)
    source = ConfigSource(path, lambda: load_config(path, environ))
    serving = serve(
        config, environ, source=source, acknowledge_audit=acknowledge_audit, on_ready=on_ready
    )
    asyncio.run(serving)
