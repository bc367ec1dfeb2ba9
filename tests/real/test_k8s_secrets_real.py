"""The backend k8s-secrets against a real kube-apiserver: watched, withdrawn, rotated, killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import anyio
import anyio.to_thread
import pytest
from callgate.registry.demo.certificates import Authority
from callgate.trust.backends.followed import FollowedSource, Patience
from callgate.trust.backends.k8s_cluster import Cluster
from callgate.trust.backends.k8s_requests import Deadlines
from callgate.trust.backends.k8s_secrets import k8s_secrets
from callgate.trust.backends.source import SourceState
from heard import Heard
from kubernetes_server import NAMESPACE, KubernetesServer

pytestmark = pytest.mark.anyio

ACME, GLOBEX = Authority("acme"), Authority("globex")
PATIENT = Patience(first_answer=30.0, first_retry=0.1, last_retry=0.5)
HASTY = Patience(first_answer=30.0, stale=0.1, first_retry=0.1, last_retry=0.5)


@pytest.fixture(autouse=True)
def secrets(kubernetes: KubernetesServer) -> Iterator[None]:
    kubernetes.put("acme", ACME.pem)
    yield
    kubernetes.delete_all()


def source_of(kubernetes: KubernetesServer, patience: Patience = PATIENT) -> FollowedSource:
    cluster = Cluster.of_environment(kubernetes.environment, kubernetes.service_account)
    deadlines = Deadlines(connect=10.0, watch=1)
    return k8s_secrets(cluster, namespace=NAMESPACE, patience=patience, deadlines=deadlines)


def has(*entities: str) -> Callable[[SourceState], bool]:
    return lambda state: state.status == "live" and sorted(state.entities) == sorted(entities)


async def test_secrets_are_listed_and_watched(kubernetes: KubernetesServer) -> None:
    kubernetes.put("unlabelled", GLOBEX.pem, labelled=False)
    async with Heard(source_of(kubernetes)) as heard:
        assert heard.now.entities == {"acme": (ACME.pem,)}
        kubernetes.put("globex", GLOBEX.pem)
        await heard.until(has("acme", "globex"))
        kubernetes.core.delete_namespaced_secret("globex", NAMESPACE)
        await heard.until(has("acme"))
        unlabel = {"metadata": {"labels": {"mcp-mesh.io/trust": None}}}
        kubernetes.core.patch_namespaced_secret("acme", NAMESPACE, unlabel)
        await heard.until(has())
        kubernetes.core.delete_namespaced_secret("acme", NAMESPACE)
        kubernetes.core.delete_namespaced_secret("unlabelled", NAMESPACE)


async def test_many_secrets_come_in_pages(kubernetes: KubernetesServer) -> None:
    names = [f"entity-{number}" for number in range(45)]
    for name in names:
        kubernetes.put(name, Authority(name).pem)
    async with Heard(source_of(kubernetes)) as heard:
        assert has("acme", *names)(heard.now)


async def test_withdrawn_permission_fails_closed(kubernetes: KubernetesServer) -> None:
    async with Heard(source_of(kubernetes, HASTY)) as heard:
        kubernetes.withdraw_permission()
        try:
            state = await heard.becomes("unavailable")
            assert state.entities == {}
            assert "is forbidden" in (state.detail or "")
        finally:
            kubernetes.give_permission()
        await heard.until(has("acme"))


async def test_a_rotated_token_is_used(kubernetes: KubernetesServer) -> None:
    async with Heard(source_of(kubernetes)) as heard:
        kubernetes.issue_token("second")
        kubernetes.invalidate_token("first")
        # The API server remembers for some seconds that a token was good.
        for number in range(15):
            name = f"after-{number}"
            kubernetes.put(name, Authority(name).pem)
            await heard.until(lambda state, name=name: name in state.entities)  # type: ignore[misc]
            await anyio.sleep(1)
        assert {state.status for state in heard.states} == {"live"}


async def test_a_killed_server_is_heard_again(kubernetes: KubernetesServer) -> None:
    async with Heard(source_of(kubernetes)) as heard:
        kubernetes.kill()
        state = await heard.becomes("stale")
        assert state.entities.keys() == {"acme"}
        await anyio.to_thread.run_sync(kubernetes.start)
        kubernetes.put("globex", GLOBEX.pem)
        await heard.until(has("acme", "globex"))
