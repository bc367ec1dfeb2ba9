"""The MCP servers that the demonstration puts behind the gateway: where they are installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class DemoServer:
    """One server: its program, the Python module that is the same, and how to get it."""

    name: str
    program: str
    module: str | None
    install: str

    def command(self, folders: tuple[Path, ...]) -> list[str] | None:
        """How to start it, or None where it is not installed. Nothing is downloaded."""
        path = os.pathsep.join(map(str, folders))
        found = shutil.which(self.program, path=path)
        if found is not None:
            return [found]
        if self.module is not None and importlib.util.find_spec(self.module) is not None:
            return [sys.executable, "-m", self.module]
        return None


SERVERS: Final = (
    DemoServer(
        "filesystem",
        "mcp-server-filesystem",
        None,
        "npm install @modelcontextprotocol/server-filesystem",
    ),
    DemoServer(
        "everything",
        "mcp-server-everything",
        None,
        "npm install @modelcontextprotocol/server-everything",
    ),
    DemoServer("git", "mcp-server-git", "mcp_server_git", "pip install mcp-server-git"),
    DemoServer("time", "mcp-server-time", "mcp_server_time", "pip install mcp-server-time"),
)


def program_folders(path: str, here: Path) -> tuple[Path, ...]:
    """Where programs are looked for: next to this Python, in the PATH, in ``node_modules`` of the
    current folder and those around it."""
    modules = [folder / "node_modules" / ".bin" for folder in (here, *here.parents)]
    listed = [Path(name) for name in path.split(os.pathsep) if Path(name).is_absolute()]
    return (Path(sys.executable).parent, *listed, *modules)
