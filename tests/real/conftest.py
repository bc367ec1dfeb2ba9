"""Real servers, of tools/real/build.sh. Not of `make test`: they take half an hour to build."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bindings/python/tests/trust/servers"))
sys.path.insert(0, str(Path(__file__).parents[2] / "bindings/python/tests/trust"))
sys.path.insert(0, str(Path(__file__).parents[2] / "bindings/python/tests/registry"))
sys.path.insert(0, str(Path(__file__).parent))

from kubernetes_server import KubernetesServer
from spire_servers import SpireServers
from vault_process import VaultProcess


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubernetesServer]:
    with KubernetesServer(tmp_path_factory.mktemp("kubernetes")) as server:
        yield server


@pytest.fixture(scope="session")
def spire_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpireServers]:
    with SpireServers(tmp_path_factory.mktemp("spire")) as servers:
        yield servers


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VaultProcess]:
    with VaultProcess(tmp_path_factory.mktemp("vault")) as process:
        yield process
