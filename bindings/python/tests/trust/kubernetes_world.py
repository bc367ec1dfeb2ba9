"""The source of Secrets under test, and two entities."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from callgate.registry.demo.certificates import Authority
from callgate.trust.backends.followed import FollowedSource, Patience
from callgate.trust.backends.k8s_cluster import Cluster
from callgate.trust.backends.k8s_requests import Bounds, Deadlines
from callgate.trust.backends.k8s_secrets import k8s_secrets
from callgate.trust.backends.source import SourceState
from heard import PATIENT
from kubernetes_api_server import KubernetesApiServer

ANNOTATION = "mcp-mesh.io/entity-name"
ACME, GLOBEX = Authority("acme"), Authority("globex")
# A watch is asked for again each second, so that what only a request shows is soon seen.
SHORT = Deadlines(connect=5.0, answer=5.0, watch=1)


def source_of(
    api: KubernetesApiServer,
    *,
    patience: Patience = PATIENT,
    deadlines: Deadlines = SHORT,
    bounds: Bounds | None = None,
) -> FollowedSource:
    cluster = Cluster.of_environment(api.environment, api.service_account)
    return k8s_secrets(
        cluster, namespace="mesh", patience=patience, deadlines=deadlines, bounds=bounds
    )


def has(*entities: str) -> Callable[[SourceState], bool]:
    return lambda state: sorted(state.entities) == sorted(entities)


async def watching(api: KubernetesApiServer) -> None:
    while "watch" not in api.requests:
        await pause()


async def pause() -> None:
    await asyncio.sleep(0.01)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[KubernetesApiServer]:
    """With one Secret, of the entity acme."""
    with KubernetesApiServer(tmp_path / "cluster") as server:
        server.put("acme", {"ca.crt": ACME.pem})
        yield server
