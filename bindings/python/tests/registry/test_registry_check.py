"""``callgate registry check``: what it refuses, what it warns of, and that it writes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from authorities import DAY, authority, issued
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from registry_world import SERVERS, environment

COMMAND = Path(sys.executable).with_name("callgate")
ACME = authority("Acme")


@pytest.fixture
def strict(tmp_path: Path) -> dict[str, str]:
    entities = tmp_path / "trust" / "entities"
    entities.mkdir(parents=True)
    (entities / "acme.pem").write_bytes(ACME.pem)
    return environment(tmp_path, "strict")


def registry(environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "registry", *arguments],
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )


def found(environ: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    done = registry(environ, "check", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def own_certificate(folder: Path, *, starts: timedelta = -DAY, ends: timedelta = DAY) -> None:
    server = issued(
        "localhost",
        by=SERVERS,
        names=[x509.DNSName("localhost")],
        purpose=ExtendedKeyUsageOID.SERVER_AUTH,
        starts=starts,
        ends=ends,
    )
    (folder / "server.pem").write_bytes(server.pem)
    (folder / "server-key.pem").write_bytes(server.key_pem)


@pytest.mark.parametrize("action", ["check", "serve"])
def test_mode_off_needs_a_loopback_address(tmp_path: Path, action: str) -> None:
    environ = {"HOME": str(tmp_path), "HOST": "0.0.0.0", "PORT": "0"}
    done = registry(environ, action)
    assert done.returncode == 2
    assert "mode off on 0.0.0.0" in done.stderr
    assert "set MCP_MESH_TLS_MODE" in done.stderr
    assert found({**environ, "HOST": "127.0.0.1"})["mode"] == "off"


def test_trust_without_tls_is_a_warning(strict: dict[str, str]) -> None:
    assert not [one for one in found(strict)["warnings"] if "no effect" in one]
    (warning,) = found({**strict, "MCP_MESH_TLS_MODE": "off"})["warnings"]
    assert warning.startswith("trust has no effect in mode off")


@pytest.mark.parametrize("action", ["check", "serve"])
@pytest.mark.parametrize(
    ("starts", "ends", "message"),
    [(-2 * DAY, -DAY, "expired at"), (DAY, 2 * DAY, "is not valid before")],
)
def test_an_invalid_certificate_of_its_own_is_refused(
    strict: dict[str, str],
    tmp_path: Path,
    action: str,
    starts: timedelta,
    ends: timedelta,
    message: str,
) -> None:
    own_certificate(tmp_path, starts=starts, ends=ends)
    done = registry(strict, action)
    assert done.returncode == 2
    assert "MCP_MESH_TLS_CERT" in done.stderr
    assert message in done.stderr


def test_a_certificate_that_ends_soon_is_a_warning(strict: dict[str, str], tmp_path: Path) -> None:
    own_certificate(tmp_path, ends=13 * DAY)
    (warning,) = found(strict)["warnings"]
    assert warning.startswith("MCP_MESH_TLS_CERT: ")
    own_certificate(tmp_path, ends=15 * DAY)
    assert found(strict)["warnings"] == []


def test_check_of_tls_auto_makes_nothing(tmp_path: Path) -> None:
    answer = found({"HOME": str(tmp_path)}, "--tls-auto")
    assert answer["mode"] == "auto"
    folder = tmp_path / ".mcp-mesh" / "tls"
    assert answer["would_make"] == [
        str(folder / name)
        for name in (
            "ca.pem",
            "local-dev/entity-cert.pem",
            "registry-cert.pem",
            "registry-key.pem",
        )
    ]
    assert list(tmp_path.iterdir()) == []


def test_check_needs_a_state_folder_it_can_write(strict: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = registry({**strict, "CALLGATE_REGISTRY__STATE": str(file / "state")}, "check")
    assert done.returncode == 2
    assert f"state: {file} is no folder" in done.stderr
