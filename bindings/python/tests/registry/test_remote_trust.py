"""What Kubernetes and SPIRE say, judged as one: trusted, taken back, and unavailable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import grpc
import pytest
from callgate.registry.demo.certificates import Authority
from callgate.registry.demo.workload_api_server import Said, WorkloadApiServer
from callgate.trust import Verdict
from callgate.trust.backends.spire import spire
from callgate.trust.store import TrustStore
from heard import HASTY, PATIENT
from kubernetes_api_server import KubernetesApiServer
from kubernetes_world import ACME, source_of

pytestmark = pytest.mark.anyio

MESH = Authority("mesh")
BUNDLE = Said(bundles={"spiffe://mesh.example": MESH.der})
AGENT = ACME.issue("agent", dns=["agent.acme.example"])
SVID = MESH.issue("agent", uris=["spiffe://mesh.example/agent"])
STRANGER = Authority("stranger").issue("agent")


@pytest.fixture
def workload_api(tmp_path: Path) -> Iterator[WorkloadApiServer]:
    with WorkloadApiServer(tmp_path / "agent.sock", BUNDLE) as server:
        yield server


class Judged:
    """A store, and what it says of a leaf, now or later."""

    def __init__(self, store: TrustStore) -> None:
        self.store = store
        self._changed = asyncio.Event()
        store.subscribe(lambda *_: self._changed.set())

    def __call__(self, leaf: bytes) -> Verdict:
        return self.store.judge((leaf,))

    async def until(self, leaf: bytes, test: Callable[[Verdict], bool]) -> Verdict:
        async def wait() -> None:
            while not test(self(leaf)):
                self._changed.clear()
                await self._changed.wait()

        await asyncio.wait_for(wait(), 60)
        return self(leaf)


@pytest.fixture
async def judged(
    cluster: KubernetesApiServer, workload_api: WorkloadApiServer
) -> AsyncIterator[Judged]:
    sources = [source_of(cluster, patience=HASTY), spire(workload_api.socket, patience=PATIENT)]
    store = TrustStore(sources)
    judged = Judged(store)
    await store.start()
    yield judged
    await store.stop()


async def test_each_backend_vouches_for_its_own(judged: Judged) -> None:
    assert (judged(AGENT.der).entity, judged(AGENT.der).backend) == ("acme", "k8s-secrets")
    assert (judged(SVID.der).entity, judged(SVID.der).backend) == ("mesh.example", "spire")
    assert judged(STRANGER.der).reason == "untrusted"


async def test_a_deleted_secret_takes_back_its_own_only(
    judged: Judged, cluster: KubernetesApiServer
) -> None:
    cluster.delete("acme")
    verdict = await judged.until(AGENT.der, lambda verdict: not verdict)
    assert verdict.reason == "untrusted"
    assert judged(SVID.der)


async def test_permission_denied_takes_back_its_own_only(
    judged: Judged, workload_api: WorkloadApiServer
) -> None:
    workload_api.say(Said(refusal=(grpc.StatusCode.PERMISSION_DENIED, "no identity issued")))
    verdict = await judged.until(SVID.der, lambda verdict: not verdict)
    assert (verdict.reason, verdict.unavailable) == ("unavailable", ("spire",))
    assert judged(AGENT.der)
    # What no backend knows may be known to the one that does not answer.
    assert judged(STRANGER.der).reason == "unavailable"


async def test_a_cluster_that_is_lost_for_long_is_unavailable(
    judged: Judged, cluster: KubernetesApiServer
) -> None:
    cluster.stop()
    verdict = await judged.until(AGENT.der, lambda verdict: not verdict)
    assert (verdict.reason, verdict.unavailable) == ("unavailable", ("k8s-secrets",))
    assert judged(SVID.der)
    cluster.start()
    assert await judged.until(AGENT.der, bool)
