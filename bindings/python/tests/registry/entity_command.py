"""What tests of ``callgate entity`` run, and what they look at."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from authorities import Issued, authority
from cli_command import run

ACME, GLOBEX = authority("Acme CA", organization="Acme"), authority("Globex CA")


def ca_file(tmp_path: Path, text: bytes, name: str = "ca.pem") -> Path:
    path = tmp_path / name
    path.write_bytes(text)
    return path


def register(trust: Path, name: str, *authorities: Issued, options: tuple[str, ...] = ()) -> Any:
    path = ca_file(trust.parent, b"".join(one.pem for one in authorities), f"{name}-ca.pem")
    arguments = ["--ca-cert", path, "--trust-dir", trust, *options]
    return run("entity", "register", name, *arguments)


def revoke(trust: Path, name: str, *options: str) -> Any:
    return run("entity", "revoke", name, "--trust-dir", trust, *options)


def assert_refused(done: subprocess.CompletedProcess[str], text: str) -> None:
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {text}\n"


def trail(trust: Path) -> list[dict[str, Any]]:
    found = run("audit", "query", trust / "audit", "--kind", "trust", "--json").stdout
    return [json.loads(line)["fields"] for line in found.splitlines()]
