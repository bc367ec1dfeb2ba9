"""Trust directories and servers. Helper modules of this folder are imported by name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "trust" / "servers"))
sys.path.insert(0, str(Path(__file__).parents[1] / "trust"))
sys.path.insert(0, str(Path(__file__).parent))

from kubernetes_world import cluster
from trust_folder import trust_dir

__all__ = ["cluster", "trust_dir"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


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
