"""A gateway of a test's own, with servers that fail, count, or wait behind it."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway_process import WORKLOAD, running, write_gateway
from upstream_servers import SERVERS
from world import World

ATTACKS = Path(__file__).parent.parent / "attacks"
CONTEXTS = "- name: any\n  capabilities: [{tool_pattern: '*'}]\n"


def write_place(folder: Path, upstreams: dict[str, Any], **changes: Any) -> Path:
    """A configuration under which everybody may call everything; its path."""
    limits = {"attestations_per_address": 1_000_000, **changes.pop("limits", {})}
    config = write_gateway(folder, upstreams=upstreams, limits=limits, **changes)
    (folder / "contexts.yaml").write_text(CONTEXTS)
    entry = {"workload_id": WORKLOAD, "scopes": ["any"], "tie": "none", "max_sessions": 10_000}
    (folder / "executions.yaml").write_text(json.dumps([entry]))
    return config


@contextlib.contextmanager
def place(config: Path, **options: Any) -> Iterator[World]:
    """It, running. Entered again, it is the same gateway after a restart."""
    with running(config, **options) as gateway:
        world = World(gateway, config.parent)
        try:
            yield world
        finally:
            world.close()


def counting(folder: Path, *tools: str) -> dict[str, Any]:
    """A server that writes each call down before it answers."""
    folder.mkdir(exist_ok=True)
    (folder / "names.json").write_text(json.dumps(tools or ["run"]))
    script = str(ATTACKS / "servers" / "recorder.py")
    command = [sys.executable, script, str(folder / "names.json"), str(folder / "record")]
    return {"command": command, "era": "initialize"}


def hostile(folder: Path, **settings: Any) -> dict[str, Any]:
    """A server whose tool `do` does what its arguments say, after it was written down."""
    script = str(SERVERS / "hostile_stdio.py")
    command = [sys.executable, script, "record", str(folder / "record")]
    return {"command": command, "era": "initialize", **settings}


def waiting() -> dict[str, Any]:
    """A server that answers when it is let."""
    return {"command": [sys.executable, str(SERVERS / "waiting.py")]}


def children(pid: int) -> list[int]:
    """Processes that a process started and that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
    return found
