"""The trust backends over a network as the registry makes them, with and without their extras."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from callgate import CallgateError
from callgate.trust.backends.remote import k8s_secrets_source, spire_source
from heard import Heard
from kubernetes_api_server import KubernetesApiServer

pytestmark = pytest.mark.anyio


async def test_a_cluster_is_found_by_the_environment(
    cluster: KubernetesApiServer, tmp_path: Path
) -> None:
    cluster.write_kubeconfig(tmp_path / "config")
    source = k8s_secrets_source(
        {"KUBECONFIG": str(tmp_path / "config")},
        namespace="mesh",
        selector="mcp-mesh.io/trust=entity-ca",
        stale_after=60,
    )
    async with Heard(source) as heard:
        assert heard.now.entities.keys() == {"acme"}


def test_no_cluster_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(CallgateError, match="no Kubernetes cluster"):
        k8s_secrets_source(
            {"KUBECONFIG": str(tmp_path / "none")}, namespace="a", selector="b", stale_after=60
        )


def test_a_socket_is_not_needed_before_the_start(tmp_path: Path) -> None:
    source = spire_source(tmp_path / "agent.sock", stale_after=60)
    assert (source.name, source.state.status) == ("spire", "unavailable")


@pytest.mark.parametrize(
    ("library", "extra", "call"),
    [
        (
            "kubernetes",
            "kubernetes",
            "k8s_secrets_source({}, namespace='a', selector='b', stale_after=1)",
        ),
        ("grpc", "spire", "spire_source(Path('/agent.sock'), stale_after=1)"),
    ],
)
def test_a_missing_library_names_its_extra(library: str, extra: str, call: str) -> None:
    program = (
        "import sys\n"
        f"sys.modules[{library!r}] = None\n"
        "from pathlib import Path\n"
        "from callgate import CallgateError\n"
        "from callgate.trust.backends.remote import k8s_secrets_source, spire_source\n"
        f"try:\n    {call}\n"
        "except CallgateError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert f"{library} is not installed: pip install 'callgate[{extra}]'" in done.stdout, done
