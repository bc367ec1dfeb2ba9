"""``callgate serve --demo``: everything a gateway needs, in a fresh folder, on loopback."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from callgate import PolicySet, SecretKey
from callgate.gateway.config import config_schema
from callgate.gateway.demo.servers import SERVERS, program_folders

# The workload of the document's examples.
WORKLOAD: Final = "exec-abc123"
_CONTEXTS: Final = "contexts"
_DOCUMENT: Final = "document.yaml"
_PAGES: Final = "pages"
_SCHEMA: Final = "gateway.schema.json"
# Lets editors complete and check the configuration.
_MODELINE: Final = f"# yaml-language-server: $schema=./{_SCHEMA}\n"
# Names of the document for tools of the servers, in addition to the servers' own.
_ALIASES: Final = {
    "fs.read": "read_text_file",
    "fs.write": "write_file",
    "fs.list": "list_directory",
    "filesystem.read": "read_text_file",
    "filesystem.write": "write_file",
    "filesystem.list": "list_directory",
}


@dataclass(frozen=True)
class Demo:
    """What was prepared. ``missing`` says, by name, how to install a server that is not there."""

    folder: Path
    config: Path
    workspace: Path
    credential: Path
    scopes: tuple[str, ...]
    servers: tuple[str, ...]
    missing: Mapping[str, str]


def prepare_demo(
    environ: Mapping[str, str], *, port: int, admin_port: int, folder: Path | None = None
) -> Demo:
    """Writes keys, contexts, an execution and a configuration into a fresh folder, 0700.

    It is an ordinary configuration: ``callgate serve --config`` takes it too.
    """
    folder = Path(tempfile.mkdtemp(prefix="callgate-demo-")) if folder is None else folder
    workspace = folder / "workspace"
    _fill_workspace(workspace, environ)
    pages = _write_pages(folder / "pages")
    with SecretKey.generate() as key:
        _write(folder / "issuer.pem", key.to_pem())
    _write(folder / "admin.credential", secrets.token_urlsafe(32))
    scopes = _write_contexts(folder / "contexts", workspace)
    entry = {"workload_id": WORKLOAD, "scopes": scopes, "tie": "none", "max_sessions": 64}
    _write(folder / "executions.yaml", _json([entry]))
    folders = program_folders(environ.get("PATH", ""), Path.cwd())
    commands = {server.name: server.command(folders) for server in SERVERS}
    present = {name: command for name, command in commands.items() if command is not None}
    config = {
        "development": True,
        "state": "state",
        "policy": "contexts",
        "issuer": {"key": "issuer.pem"},
        "listen": {"port": port},
        "admin": {"port": admin_port, "credential": "file:admin.credential"},
        "executions": {"file": "executions.yaml", "max_sessions": 64},
        "upstreams": {**_upstreams(present, workspace), "search": _search(pages)},
        "tools": {"names": _names(present)},
        # For trying things out, as many attestations as it takes.
        "limits": {"attestations_per_address": 6000},
        "logging": {"format": "text", "level": "warning"},
    }
    _write(folder / _SCHEMA, _json(config_schema()))
    _write(folder / "gateway.yaml", _MODELINE + _json(config))
    return Demo(
        folder=folder,
        config=folder / "gateway.yaml",
        workspace=workspace,
        credential=folder / "admin.credential",
        scopes=tuple(scopes),
        servers=tuple(present),
        missing={s.name: s.install for s in SERVERS if s.name not in present},
    )


def _fill_workspace(workspace: Path, environ: Mapping[str, str]) -> None:
    for name in ("shared", "project"):
        (workspace / name).mkdir(parents=True)
    (workspace / "notes.txt").write_text("Notes that an agent may read.\n")
    (workspace / "shared" / "data.csv").write_text("year,papers\n2025,17\n2026,42\n")
    (workspace / "project" / "solution.py").write_text("print('solved')\n")
    git = shutil.which("git", path=environ.get("PATH"))
    if git is None:
        return
    identity = ["-c", "user.name=demo", "-c", "user.email=demo@localhost"]
    for command in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "."],
        [*identity, "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "First commit"],
    ):
        subprocess.run([git, *command], cwd=workspace, check=False, capture_output=True)


def _write_pages(folder: Path) -> Path:
    folder.mkdir()
    for source in (resources.files("callgate.gateway.demo") / _PAGES).iterdir():
        _write(folder / source.name, source.read_text("utf-8"))
    return folder


def _write_contexts(folder: Path, workspace: Path) -> list[str]:
    folder.mkdir()
    for source in (resources.files("callgate.gateway.demo") / _CONTEXTS).iterdir():
        if source.name.endswith(".yaml"):
            text = source.read_text("utf-8")
            if source.name == _DOCUMENT:
                text = _allow_as_well(text, workspace)
            else:
                text = text.replace("/workspace", str(workspace))
            _write(folder / source.name, text)
    return PolicySet.load(folder).context_names


def _allow_as_well(text: str, workspace: Path) -> str:
    """Each entry below /workspace a second time, for the workspace that is really there.

    What the document says of its own paths stays so, and allowed calls have files to work on.
    """
    return re.sub(
        r"^( *- )/workspace(.*)$",
        lambda entry: f"{entry[0]}\n{entry[1]}{workspace}{entry[2]}",
        text,
        flags=re.MULTILINE,
    )


def _upstreams(commands: Mapping[str, list[str]], workspace: Path) -> dict[str, Any]:
    arguments = {"filesystem": [str(workspace)], "everything": ["stdio"]}
    upstreams: dict[str, Any] = {}
    for name, command in commands.items():
        upstreams[name] = {
            "command": [*command, *arguments.get(name, [])],
            "directory": str(workspace),
        }
    return upstreams


def _search(pages: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "callgate.gateway.demo.search_server", str(pages)]
    return {"command": command, "directory": str(pages)}


def _names(commands: Mapping[str, list[str]]) -> dict[str, Any]:
    names = {"web_search": {"upstream": "search", "tool": "search"}}
    if "filesystem" not in commands:
        return names
    names |= {alias: {"upstream": "filesystem", "tool": tool} for alias, tool in _ALIASES.items()}
    # A tool with an alias keeps its own name only where the table says so.
    for tool in set(_ALIASES.values()):
        names[f"filesystem.{tool}"] = {"upstream": "filesystem", "tool": tool}
    return names


def _json(value: object) -> str:
    # JSON is YAML, and quotes whatever a path may hold.
    return json.dumps(value, indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
