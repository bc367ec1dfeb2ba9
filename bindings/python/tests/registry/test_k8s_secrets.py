"""The backend k8s-secrets against an API server over TLS: list, watch, and each way to lose it."""

from __future__ import annotations

import asyncio
import base64
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from callgate import CallgateError
from callgate.registry.backends.followed import FollowedSource, Patience
from callgate.registry.backends.k8s_cluster import Cluster
from callgate.registry.backends.k8s_requests import Bounds, Deadlines
from callgate.registry.backends.k8s_secrets import k8s_secrets
from callgate.registry.backends.source import SourceState
from certificates import Authority
from heard import HASTY, PATIENT, Heard, threads_of_sources
from kubernetes.client import CoreV1Api
from kubernetes.watch import Watch
from kubernetes_api_server import KubernetesApiServer

pytestmark = pytest.mark.anyio

ANNOTATION = "mcp-mesh.io/entity-name"
ACME, GLOBEX = Authority("acme"), Authority("globex")
# A watch is asked for again each second, so that what only a request shows is soon seen.
SHORT = Deadlines(connect=5.0, answer=5.0, watch=1)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[KubernetesApiServer]:
    with KubernetesApiServer(tmp_path / "cluster") as server:
        server.put("acme", {"ca.crt": ACME.pem})
        yield server


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


async def test_what_is_there_is_listed_at_the_start(api: KubernetesApiServer) -> None:
    api.put("other", {"ca.crt": GLOBEX.pem}, labels={"mcp-mesh.io/trust": "other"})
    api.put("elsewhere", {"ca.crt": GLOBEX.pem}, namespace="default")
    async with Heard(source_of(api)) as heard:
        assert heard.now.status == "live"
        assert heard.now.entities == {"acme": (ACME.pem,)}
        assert heard.now.problems == ()


async def test_the_annotation_names_the_entity(api: KubernetesApiServer) -> None:
    annotations = {ANNOTATION: "globex-corp"}
    api.put("globex", {"ca.crt": GLOBEX.pem}, annotations=annotations)
    async with Heard(source_of(api)) as heard:
        assert heard.now.entities == {"acme": (ACME.pem,), "globex-corp": (GLOBEX.pem,)}


async def test_a_list_of_many_pages_is_read_whole(api: KubernetesApiServer) -> None:
    for number in range(45):
        api.put(f"more-{number}", {"ca.crt": ACME.pem}, annotations={ANNOTATION: "acme"})
    async with Heard(source_of(api)) as heard:
        assert len(heard.now.entities["acme"]) == 46
        assert api.requests.count("list") == 3


async def test_a_new_secret_counts(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api)) as heard:
        api.put("globex", {"ca.crt": GLOBEX.pem})
        await heard.until(has("acme", "globex"))
        assert api.requests.count("list") == 1


async def test_a_deleted_secret_is_gone_at_once(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api)) as heard:
        api.delete("acme")
        state = await heard.until(has())
        assert state.status == "live"


async def test_a_secret_that_loses_the_label_is_gone_at_once(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api)) as heard:
        api.put("acme", {"ca.crt": ACME.pem}, labels={})
        await heard.until(has())
        api.put("acme", {"ca.crt": ACME.pem})
        await heard.until(has("acme"))


async def test_a_replaced_authority_replaces(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api)) as heard:
        api.put("acme", {"ca.crt": GLOBEX.pem})
        await heard.until(lambda state: state.entities == {"acme": (GLOBEX.pem,)})


async def test_a_change_that_changes_no_anchor_is_not_told(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api)) as heard:
        api.put("acme", {"ca.crt": ACME.pem}, annotations={"note": "rotated next year"})
        api.put("globex", {"ca.crt": GLOBEX.pem})
        await heard.until(has("acme", "globex"))
        assert len(heard.states) == 1


@pytest.mark.parametrize(
    ("data", "annotations", "message"),
    [
        ({}, {}, "no ca.crt"),
        ({"ca.crt": b""}, {}, "ca.crt"),
        ({"ca.crt": b"junk"}, {}, "ca.crt"),
        ({"ca.crt": GLOBEX.pem[:-40]}, {}, "ca.crt"),
        ({"ca.crt": GLOBEX.issue().pem}, {}, "ca.crt"),
        ({"ca.crt": GLOBEX.pem + GLOBEX.key_pem}, {}, "private key"),
        ({"ca.crt": GLOBEX.pem}, {ANNOTATION: "../globex"}, "entity name"),
        ({"ca.crt": GLOBEX.pem}, {ANNOTATION: "ACME"}, "case"),
        ({"ca.crt": ACME.pem}, {}, "another entity"),
    ],
)
async def test_a_bad_secret_is_a_problem_of_its_own(
    api: KubernetesApiServer, data: dict[str, bytes], annotations: dict[str, str], message: str
) -> None:
    innocent = Authority("innocent")
    api.put("innocent", {"ca.crt": innocent.pem})
    async with Heard(source_of(api)) as heard:
        api.put("bad", data, annotations=annotations)
        state = await heard.until(lambda state: bool(state.problems))
        assert state.entities["innocent"] == (innocent.pem,)
        assert "bad" not in state.entities
        problem = next(problem for problem in state.problems if problem.place == "mesh/bad")
        assert message in problem.message
        api.delete("bad")
        state = await heard.until(lambda state: not state.problems)
        assert has("acme", "innocent")(state)


async def test_a_secret_that_turns_bad_loses_what_it_had(api: KubernetesApiServer) -> None:
    api.put("globex", {"ca.crt": GLOBEX.pem})
    async with Heard(source_of(api)) as heard:
        api.put("acme", {"ca.crt": b"junk"})
        await heard.until(has("globex"))


async def test_data_that_is_not_base64_is_a_problem(api: KubernetesApiServer) -> None:
    metadata = {"name": "odd", "namespace": "mesh", "labels": {"mcp-mesh.io/trust": "entity-ca"}}
    api.store({"metadata": metadata, "data": {"ca.crt": "?"}})
    async with Heard(source_of(api)) as heard:
        assert [problem.message for problem in heard.now.problems] == ["ca.crt is not base64"]
        assert has("acme")(heard.now)


async def test_a_watch_goes_on_where_the_last_one_ended(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api)) as heard:
        while api.requests.count("watch") < 2:
            await heard.until(lambda _: True)
            api.put("acme", {"ca.crt": ACME.pem}, annotations={"n": str(len(api.requests))})
            await pause()
        api.put("globex", {"ca.crt": GLOBEX.pem})
        await heard.until(has("acme", "globex"))
        assert api.requests.count("list") == 1
        assert {state.status for state in heard.states} == {"live"}


async def test_a_forgotten_version_begins_with_a_list_again(api: KubernetesApiServer) -> None:
    api.put("globex", {"ca.crt": GLOBEX.pem})
    async with Heard(source_of(api)) as heard:
        await watching(api)
        api.delete("globex")
        api.forget()
        await heard.until(has("acme"))
        await heard.until(lambda state: state.status == "live")
        assert api.requests.count("list") > 1


async def test_a_broken_connection_is_made_again(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api)) as heard:
        await watching(api)
        api.break_connections()
        state = await heard.until(lambda state: state.status == "stale")
        assert has("acme")(state)
        api.put("globex", {"ca.crt": GLOBEX.pem})
        state = await heard.until(has("acme", "globex"))
        assert state.status == "live"


async def test_a_dead_server_leaves_it_stale_and_then_closed(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api, patience=HASTY)) as heard:
        before = heard.now
        api.stop()
        state = await heard.becomes("unavailable")
        assert state.entities == {}
        stale = [state for state in heard.states if state.status == "stale"]
        assert stale[0].entities == before.entities
        assert stale[0].since >= before.since
        assert "lost for 0.05 s" in (state.detail or "")
        api.start()
        await heard.until(has("acme"))


async def test_a_server_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    server = KubernetesApiServer(tmp_path / "cluster")
    with server:
        pass
    async with Heard(source_of(server)) as heard:
        assert heard.now.status == "unavailable"
        assert "cannot be reached" in (heard.now.detail or "")
        server.put("acme", {"ca.crt": ACME.pem})
        with server:
            await heard.until(has("acme"))


async def test_lost_permission_to_watch_is_seen_and_said(
    api: KubernetesApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with Heard(source_of(api, patience=HASTY)) as heard:
        api.allowed.clear()
        state = await heard.becomes("unavailable")
        assert "403" in (state.detail or "") and "cannot watch" in str(caplog.text)
        assert any(record.levelname == "ERROR" for record in caplog.records)
        assert api.token not in caplog.text
        api.allowed |= {"list", "watch"}
        await heard.until(has("acme"))


async def test_permission_that_was_never_given_is_waited_for(api: KubernetesApiServer) -> None:
    api.allowed.clear()
    async with Heard(source_of(api)) as heard:
        assert heard.now.status == "unavailable"
        assert "cannot list" in (heard.now.detail or "")
        api.allowed |= {"list", "watch"}
        await heard.until(has("acme"))


async def test_a_rotated_token_is_read_again(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api)) as heard:
        await watching(api)
        api.write_token("second-token")
        api.token = "second-token"
        watches = api.requests.count("watch")
        while api.requests.count("watch") == watches:
            await pause()
        api.put("globex", {"ca.crt": GLOBEX.pem})
        await heard.until(has("acme", "globex"))
        assert {state.status for state in heard.states} == {"live"}


async def test_a_token_that_is_refused_is_read_until_it_is_not(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api)) as heard:
        api.token = "second-token"
        state = await heard.becomes("stale")
        assert "401" in (state.detail or "")
        api.write_token("second-token")
        await heard.becomes("live")


async def test_a_redirect_is_not_followed(api: KubernetesApiServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as thief:
        api.redirect_to = f"https://127.0.0.1:{thief.getsockname()[1]}/"
        async with Heard(source_of(api)) as heard:
            assert "307" in (heard.now.detail or "")
        thief.settimeout(0.1)
        with pytest.raises(TimeoutError):
            thief.accept()


async def test_a_server_of_another_authority_is_not_believed(
    api: KubernetesApiServer, tmp_path: Path
) -> None:
    (api.service_account / "ca.crt").write_bytes(GLOBEX.pem)
    async with Heard(source_of(api)) as heard:
        assert heard.now.status == "unavailable"
        assert "CERTIFICATE_VERIFY_FAILED" in (heard.now.detail or "")
        assert api.requests == []


async def test_more_than_the_bounds_is_a_loss(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api, bounds=Bounds(secrets=2))) as heard:
        assert heard.now.status == "live"
        for name in ("b", "c"):
            api.put(name, {"ca.crt": ACME.pem}, annotations={ANNOTATION: "acme"})
        state = await heard.becomes("stale")
        assert "narrow the selector" in (state.detail or "")
    async with Heard(source_of(api, bounds=Bounds(secrets=2))) as heard:
        assert heard.now.status == "unavailable"


async def test_a_page_or_event_that_is_too_large_is_a_loss(api: KubernetesApiServer) -> None:
    bounds = Bounds(event_bytes=4000, page_secrets=1)
    async with Heard(source_of(api, bounds=bounds)) as heard:
        assert heard.now.status == "live"
        api.put("large", {"ca.crt": GLOBEX.pem, "other": b"x" * 4000})
        state = await heard.becomes("stale")
        assert "bytes" in (state.detail or "")
    async with Heard(source_of(api, bounds=bounds)) as heard:
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
async def test_what_is_no_list_is_a_loss(api: KubernetesApiServer, body: str, message: str) -> None:
    api.bodies["list"] = body.encode()
    async with Heard(source_of(api)) as heard:
        assert heard.now.status == "unavailable"
        assert message in (heard.now.detail or "")
        api.bodies.clear()
        await heard.until(has("acme"))


async def test_no_items_may_be_null(api: KubernetesApiServer) -> None:
    api.bodies["list"] = (LIST % "null").encode()
    async with Heard(source_of(api)) as heard:
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
    api: KubernetesApiServer, line: str, message: str
) -> None:
    api.bodies["watch"] = f"{line}\n".encode()
    async with Heard(source_of(api)) as heard:
        state = await heard.becomes("stale")
        assert message in (state.detail or "")
        assert has("acme")(state)
        api.bodies.clear()
        await heard.becomes("live")


async def test_watches_that_end_at_once_do_not_spin(api: KubernetesApiServer) -> None:
    api.bodies["watch"] = b""
    async with Heard(source_of(api, patience=Patience(first_retry=30.0, last_retry=30.0))) as heard:
        await watching(api)
        assert heard.now.status == "live"
        await asyncio.sleep(0.1)
        assert api.requests == ["list", "watch"]


async def test_an_encoded_answer_is_not_decoded(api: KubernetesApiServer) -> None:
    api.bodies["list"] = gzip.compress((LIST % "[]").encode())
    api.headers["content-encoding"] = "gzip"
    async with Heard(source_of(api)) as heard:
        assert "encodes its answers" in (heard.now.detail or "")


async def test_an_impossible_selector_does_not_start(api: KubernetesApiServer) -> None:
    api.refuse = (400, "BadRequest", "unable to parse requirement")
    with pytest.raises(CallgateError, match="unable to parse requirement"):
        await source_of(api).start(lambda: None)
    assert threads_of_sources() == set()


async def test_nothing_is_left_once_it_stopped(api: KubernetesApiServer) -> None:
    async with Heard(source_of(api, deadlines=Deadlines())) as heard:
        await watching(api)
        assert threads_of_sources() == {"callgate-k8s-secrets"}
    assert threads_of_sources() == set()
    assert heard.now.entities == {}


async def test_it_stops_while_the_server_is_silent(api: KubernetesApiServer) -> None:
    api.silent = True
    patience = Patience(first_answer=0.05, stop=0.05)
    source = source_of(api, patience=patience, deadlines=Deadlines(answer=0.3))
    await source.start(lambda: None)
    assert source.state.status == "unavailable"
    await source.stop()
    for thread in threading.enumerate():
        if thread.name.startswith("callgate-"):
            thread.join(10)
            assert not thread.is_alive()


async def test_a_silent_server_is_given_up(api: KubernetesApiServer) -> None:
    api.silent = True
    async with Heard(source_of(api, deadlines=Deadlines(answer=0.1, watch=1))) as heard:
        assert "cannot be reached" in (heard.now.detail or "")
        api.silent = False
        await heard.until(has("acme"))


async def test_a_kubeconfig_serves_outside_a_cluster(
    api: KubernetesApiServer, tmp_path: Path
) -> None:
    api.write_kubeconfig(tmp_path / "config")
    cluster = Cluster.of_environment({"KUBECONFIG": str(tmp_path / "config")}, tmp_path)
    async with Heard(k8s_secrets(cluster, namespace="mesh", patience=PATIENT)) as heard:
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


@pytest.mark.parametrize("key", ["insecure-skip-tls-verify", "server"])
async def test_an_unverified_connection_does_not_start(
    api: KubernetesApiServer, tmp_path: Path, key: str
) -> None:
    api.write_kubeconfig(tmp_path / "config")
    text = (tmp_path / "config").read_text()
    if key == "server":
        text = text.replace("https://", "http://")
    else:
        text = text.replace('"server"', f'"{key}": true, "server"')
    (tmp_path / "config").write_text(text)
    with pytest.raises(CallgateError, match="verified connection"):
        await k8s_secrets(Cluster(kubeconfig=tmp_path / "config")).start(lambda: None)
    assert api.requests == []


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


def test_the_server_speaks_to_the_official_client(api: KubernetesApiServer, tmp_path: Path) -> None:
    cluster = Cluster.of_environment(api.environment, api.service_account)
    with cluster.connect() as client:
        core: Any = CoreV1Api(client)  # its models say that everything may be absent
        body = {"metadata": {"name": "made"}, "data": {"ca.crt": base64.b64encode(b"x").decode()}}
        assert core.create_namespaced_secret("mesh", body).metadata.name == "made"
        core.patch_namespaced_secret("made", "mesh", {"metadata": {"labels": {"a": "b"}}})
        assert core.read_namespaced_secret("made", "mesh").metadata.labels == {"a": "b"}
        listed = core.list_namespaced_secret("mesh", label_selector="a=b")
        assert [secret.metadata.name for secret in listed.items] == ["made"]
        api.delete("made")
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


async def watching(api: KubernetesApiServer) -> None:
    while "watch" not in api.requests:
        await pause()


async def pause() -> None:
    await asyncio.sleep(0.01)
