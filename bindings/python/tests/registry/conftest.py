"""Servers and folders of trust backends. Helper modules of this folder are imported by name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "servers"))
sys.path.insert(0, str(Path(__file__).parent))

from kubernetes_api_server import KubernetesApiServer
from kubernetes_world import ACME


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def trust_dir(tmp_path: Path) -> Path:
    """A trust directory with an empty folder of entities."""
    directory = tmp_path / "trust"
    (directory / "entities").mkdir(parents=True)
    return directory


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[KubernetesApiServer]:
    """With one Secret, of the entity acme."""
    with KubernetesApiServer(tmp_path / "cluster") as server:
        server.put("acme", {"ca.crt": ACME.pem})
        yield server


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    """The path of a trust directory that is not there."""
    return tmp_path / "trust"


@pytest.fixture
def no_mesh_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands see no variables of a mesh, and an empty home."""
    for name in ("TRUST_DIR", "REGISTRY_URL", "TLS_CA", "TLS_CERT", "TLS_KEY", "TLS_SKIP_VERIFY"):
        monkeypatch.delenv(f"MCP_MESH_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
