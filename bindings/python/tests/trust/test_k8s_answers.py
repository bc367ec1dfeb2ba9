"""The backend k8s-secrets and answers that are none, bounds, and settings that are wrong."""

from __future__ import annotations

import base64
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from callgate import CallgateError
from callgate.registry.demo.certificates import Authority
from callgate.trust.backends import k8s_cluster
from callgate.trust.backends.k8s_cluster import Cluster
from callgate.trust.backends.k8s_requests import Bounds, Deadlines
from callgate.trust.backends.k8s_secrets import k8s_secrets
from heard import PATIENT, Heard, threads_of_sources
from kubernetes.client import CoreV1Api
from kubernetes.watch import Watch
from kubernetes_api_server import KubernetesApiServer
from kubernetes_world import ACME, ANNOTATION, GLOBEX, has, source_of

pytestmark = pytest.mark.anyio


async def test_more_than_the_bounds_is_a_loss(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster, bounds=Bounds(secrets=2))) as heard:
        assert heard.now.status == "live"
        for name in ("b", "c"):
            cluster.put(name, {"ca.crt": ACME.pem}, annotations={ANNOTATION: "acme"})
        state = await heard.becomes("stale")
        assert "narrow the selector" in (state.detail or "")
    async with Heard(source_of(cluster, bounds=Bounds(secrets=2))) as heard:
        assert heard.now.status == "unavailable"


async def test_more_bytes_than_the_bounds_are_a_loss(cluster: KubernetesApiServer) -> None:
    room = len(ACME.pem) * 3
    async with Heard(source_of(cluster, bounds=Bounds(authority_bytes=room))) as heard:
        for number in range(4):  # a Secret that is replaced counts once
            cluster.put("globex", {"ca.crt": Authority(f"globex-{number}").pem})
        cluster.delete("acme")
        await heard.until(has("globex"))
        cluster.put("large", {"ca.crt": b"x" * room})
        await heard.becomes("stale")


async def test_pages_without_end_are_a_loss(cluster: KubernetesApiServer) -> None:
    page = '{"metadata": {"resourceVersion": "7", "continue": "more"}, "items": []}'
    cluster.bodies["list"] = page.encode()
    async with Heard(source_of(cluster, deadlines=Deadlines(listing=0.2))) as heard:
        assert "the list was not read within 0.2 s" in (heard.now.detail or "")


async def test_a_page_or_event_that_is_too_large_is_a_loss(cluster: KubernetesApiServer) -> None:
    bounds = Bounds(event_bytes=4000, page_secrets=1)
    async with Heard(source_of(cluster, bounds=bounds)) as heard:
        assert heard.now.status == "live"
        cluster.put("large", {"ca.crt": GLOBEX.pem, "other": b"x" * 4000})
        state = await heard.becomes("stale")
        assert "bytes" in (state.detail or "")
    async with Heard(source_of(cluster, bounds=bounds)) as heard:
        assert "page of more than" in (heard.now.detail or "")


LIST = '{"metadata": {"resourceVersion": "7"}, "items": %s}'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "not JSON"),
        ("<html>", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "something else than Secrets"),
        ("{}", "something else than Secrets"),
        (LIST % "{}", "something else than Secrets"),
        (LIST % "[5]", "something else than Secrets"),
        (LIST % "[{}]", "something else than Secrets"),
        (LIST % '[{"metadata": {"name": 5}}]', "something else than Secrets"),
        ('{"metadata": {}, "items": []}', "which version"),
        ('{"metadata": {"resourceVersion": 7}, "items": []}', "which version"),
    ],
)
async def test_what_is_no_list_is_a_loss(
    cluster: KubernetesApiServer, body: str, message: str
) -> None:
    cluster.bodies["list"] = body.encode()
    async with Heard(source_of(cluster)) as heard:
        assert heard.now.status == "unavailable"
        assert message in (heard.now.detail or "")
        cluster.bodies.clear()
        await heard.until(has("acme"))


async def test_no_items_may_be_null(cluster: KubernetesApiServer) -> None:
    cluster.bodies["list"] = (LIST % "null").encode()
    async with Heard(source_of(cluster)) as heard:
        assert (heard.now.status, heard.now.entities) == ("live", {})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("<html>", "not JSON"),
        ("[]", "something else than Secrets"),
        ('{"type": "ADDED"}', "something else than Secrets"),
        ('{"type": "ADDED", "object": {}}', "without a version"),
        ('{"type": 5, "object": {}}', "without a type"),
        ('{"type": "NEW", "object": {"metadata": {"resourceVersion": "9"}}}', "unknown type"),
        ('{"type": "ERROR", "object": {"code": 500, "message": "etcd"}}', "answered 500: etcd"),
        ('{"type": "ERROR", "object": {}}', "answered None"),
    ],
)
async def test_what_is_no_event_is_a_loss(
    cluster: KubernetesApiServer, line: str, message: str
) -> None:
    cluster.bodies["watch"] = f"{line}\n".encode()
    async with Heard(source_of(cluster)) as heard:
        state = await heard.becomes("stale")
        assert message in (state.detail or "")
        assert has("acme")(state)
        cluster.bodies.clear()
        await heard.becomes("live")


async def test_an_encoded_answer_is_not_decoded(cluster: KubernetesApiServer) -> None:
    cluster.bodies["list"] = gzip.compress((LIST % "[]").encode())
    cluster.headers["content-encoding"] = "gzip"
    async with Heard(source_of(cluster)) as heard:
        assert "encodes its answers" in (heard.now.detail or "")


async def test_an_impossible_selector_does_not_start(cluster: KubernetesApiServer) -> None:
    cluster.refuse = (400, "BadRequest", "unable to parse requirement")
    with pytest.raises(CallgateError, match="unable to parse requirement"):
        await source_of(cluster).start(lambda: None)
    assert threads_of_sources() == set()


async def test_a_kubeconfig_serves_outside_a_cluster(
    cluster: KubernetesApiServer, tmp_path: Path
) -> None:
    cluster.write_kubeconfig(tmp_path / "config")
    reached = Cluster.of_environment({"KUBECONFIG": str(tmp_path / "config")}, tmp_path)
    async with Heard(k8s_secrets(reached, namespace="mesh", patience=PATIENT)) as heard:
        assert has("acme")(heard.now)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not a kubeconfig"),
        ("text", "not a kubeconfig"),
        ("{}", "current-context"),
    ],
)
async def test_what_is_no_kubeconfig_does_not_start(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "config").write_text(text)
    source = k8s_secrets(Cluster(kubeconfig=tmp_path / "config"))
    with pytest.raises(CallgateError, match=message):
        await source.start(lambda: None)


def write_plugin(cluster: KubernetesApiServer, folder: Path, *command: str) -> Path:
    """A kubeconfig whose user is what a command says."""
    path = folder / "config"
    cluster.write_kubeconfig(path)
    config = json.loads(path.read_text())
    version = "client.authentication.k8s.io/v1"
    plugin = {"apiVersion": version, "command": command[0], "args": list(command[1:])}
    config["users"][0]["user"] = {"exec": plugin}
    path.write_text(json.dumps(config))
    return path


async def test_a_credential_plugin_is_asked_for_a_token(
    cluster: KubernetesApiServer, tmp_path: Path
) -> None:
    version = "client.authentication.k8s.io/v1"
    says = {"apiVersion": version, "kind": "ExecCredential", "status": {"token": cluster.token}}
    path = write_plugin(cluster, tmp_path, "echo", json.dumps(says))
    reached = Cluster(kubeconfig=path)
    async with Heard(k8s_secrets(reached, namespace="mesh", patience=PATIENT)) as heard:
        assert has("acme")(heard.now)


def test_a_credential_plugin_that_hangs_is_given_up_with_its_children(
    cluster: KubernetesApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(k8s_cluster, "PLUGIN_SECONDS", 0.5)
    path = write_plugin(cluster, tmp_path, "sh", "-c", f"echo $$ > {tmp_path}/id; sleep 600; true")
    client = Cluster(kubeconfig=path).connect()
    assert client.configuration.api_key == {}
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "id").read_text()), 0)


@pytest.mark.parametrize("key", ["insecure-skip-tls-verify", "server"])
async def test_an_unverified_connection_does_not_start(
    cluster: KubernetesApiServer, tmp_path: Path, key: str
) -> None:
    cluster.write_kubeconfig(tmp_path / "config")
    text = (tmp_path / "config").read_text()
    if key == "server":
        text = text.replace("https://", "http://")
    else:
        text = text.replace('"server"', f'"{key}": true, "server"')
    (tmp_path / "config").write_text(text)
    with pytest.raises(CallgateError, match="verified connection"):
        await k8s_secrets(Cluster(kubeconfig=tmp_path / "config")).start(lambda: None)
    assert cluster.requests == []


def test_no_cluster_is_said_with_both_ways_to_one(tmp_path: Path) -> None:
    with pytest.raises(CallgateError, match="KUBECONFIG"):
        Cluster.of_environment({"KUBECONFIG": str(tmp_path / "none")}, tmp_path)


@pytest.mark.parametrize("namespace", ["", "Mesh", "../mesh", "a" * 64, "-a"])
def test_a_namespace_that_is_none_is_refused(namespace: str) -> None:
    with pytest.raises(CallgateError, match="namespace"):
        k8s_secrets(Cluster(), namespace=namespace)


def test_a_selector_that_takes_every_secret_is_refused() -> None:
    with pytest.raises(CallgateError, match="selector"):
        k8s_secrets(Cluster(), selector=" ")


def test_the_server_speaks_to_the_official_client(
    cluster: KubernetesApiServer, tmp_path: Path
) -> None:
    reached = Cluster.of_environment(cluster.environment, cluster.service_account)
    with reached.connect() as client:
        core: Any = CoreV1Api(client)  # its models say that everything may be absent
        body = {"metadata": {"name": "made"}, "data": {"ca.crt": base64.b64encode(b"x").decode()}}
        assert core.create_namespaced_secret("mesh", body).metadata.name == "made"
        core.patch_namespaced_secret("made", "mesh", {"metadata": {"labels": {"a": "b"}}})
        assert core.read_namespaced_secret("made", "mesh").metadata.labels == {"a": "b"}
        listed = core.list_namespaced_secret("mesh", label_selector="a=b")
        assert [secret.metadata.name for secret in listed.items] == ["made"]
        cluster.delete("made")
        watch: Any = Watch
        events = watch().stream(
            core.list_namespaced_secret,
            "mesh",
            resource_version=listed.metadata.resource_version,
            label_selector="a=b",
            timeout_seconds=1,
        )
        heard = [(event["type"], event["object"].metadata.name) for event in events]
        assert heard == [("DELETED", "made")]
