"""``callgate registry``: the registry that agents of a mesh register with."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callgate.cli import _output
from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._extra import needs_extra

LAST_PORT = 65535

if TYPE_CHECKING:
    from callgate.registry.config import RegistryConfig
    from callgate.registry.process.serve import Addresses, Chosen
    from callgate.registry.process.tls_auto import LocalMesh


def add(verbs: Verbs) -> None:
    """The parsers."""
    description = "Run, check or show the registry of a mesh"
    group = verbs.add_parser(
        "registry", help=description, description=f"{description}.", allow_abbrev=False
    )
    actions = group.add_subparsers(metavar="ACTION", required=True)
    for name, run_action, text in (
        ("serve", serve, "Run the registry that agents register with"),
        ("check", check, "Read what a start would read, say what is wrong, and start nothing"),
    ):
        parser = add_command(actions, name, run_action, text)
        parser.add_argument(
            "--config",
            metavar="FILE",
            help="a YAML file; variables such as MCP_MESH_TLS_MODE stand over it",
        )
        parser.add_argument("--host", "-H", metavar="ADDRESS", help="for agents, instead of HOST")
        parser.add_argument(
            "--port",
            "-p",
            type=_port,
            metavar="PORT",
            help="the same for PORT; 0 takes a free one",
        )
        parser.add_argument(
            "--tls-auto",
            action="store_true",
            help="make certificates for a mesh on this machine, and use them",
        )
    text = "Show agents of two entities, and how soon a revocation is felt"
    add_command(actions, "demo", demo, text)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is 0 to {LAST_PORT}, not {port}")
    return port


def serve(arguments: argparse.Namespace) -> Outcome:
    """Runs until it is told to stop."""
    with needs_extra("registry"):
        from callgate.registry.process import serve as process
    chosen = _chosen(arguments)
    config, mesh = process.read(chosen, os.environ)

    def read_again() -> RegistryConfig:
        return process.read(chosen, os.environ, make=False)[0]

    def on_ready(addresses: Addresses) -> None:
        _output.show(_ready(config.tls.mode, addresses, mesh), as_json=arguments.json)

    process.run(config, os.environ, on_ready, read_again)
    return Outcome(True, {"stopped": True}, ["stopped"])


def check(arguments: argparse.Namespace) -> Outcome:
    """0: it would start."""
    with needs_extra("registry"):
        from callgate.registry.process import serve as process
        from callgate.registry.process.check import check as check_files
    config, planned = process.read(_chosen(arguments), os.environ, make=False)
    found = asyncio.run(check_files(config, os.environ, planned))
    lines = [
        f"mode      {found['mode']}",
        f"listen    {found['listen']}",
        *(f"backend   {name}: {status}" for name, status in found["backends"].items()),
        f"entities  {' '.join(found['entities']) or 'none'}",
        *(f"would make {path}" for path in found["would_make"]),
        *(f"warning   {text}" for text in found["warnings"]),
    ]
    return Outcome(True, found, lines)


def demo(arguments: argparse.Namespace) -> Outcome:
    """0: everything happened as it must."""
    with needs_extra("vault"):
        from callgate.registry.demo.demo import run

    def say(line: str) -> None:
        if not arguments.json:
            _output.show(Outcome(True, None, [line]), as_json=False)

    return Outcome(True, run(say, _output.paint))


def _chosen(arguments: argparse.Namespace) -> Chosen:
    from callgate.registry.process.serve import Chosen

    return Chosen(
        None if arguments.config is None else Path(arguments.config),
        arguments.host,
        arguments.port,
        arguments.tls_auto,
    )


def _ready(mode: str, addresses: Addresses, mesh: LocalMesh | None) -> Outcome:
    data: dict[str, Any] = {
        "mode": mode,
        "agents": list(addresses.agents),
        "health": list(addresses.health),
        "operators": list(addresses.operators),
    }
    lines = [f"mode       {mode}"]
    lines += [f"agents     {url}" for url in addresses.agents]
    lines += [f"health     {url}/health" for url in addresses.health]
    lines += [f"operators  {url}" for url in addresses.operators]
    if mesh is not None:
        data["tls_auto"] = {"directory": str(mesh.directory), "ca": str(mesh.root)}
        lines += [f"trust      {mesh.directory}", f"ca         {mesh.root}"]
    return Outcome(True, data, lines)
