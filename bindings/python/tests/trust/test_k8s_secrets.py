"""The backend k8s-secrets against an API server over TLS: what of its Secrets counts."""

from __future__ import annotations

import pytest
from callgate.registry.demo.certificates import Authority
from heard import Heard
from kubernetes_api_server import KubernetesApiServer
from kubernetes_world import ACME, ANNOTATION, GLOBEX, has, source_of

pytestmark = pytest.mark.anyio


async def test_what_is_there_is_listed_at_the_start(cluster: KubernetesApiServer) -> None:
    cluster.put("other", {"ca.crt": GLOBEX.pem}, labels={"mcp-mesh.io/trust": "other"})
    cluster.put("elsewhere", {"ca.crt": GLOBEX.pem}, namespace="default")
    async with Heard(source_of(cluster)) as heard:
        assert heard.now.status == "live"
        assert heard.now.entities == {"acme": (ACME.pem,)}
        assert heard.now.problems == ()


async def test_the_annotation_names_the_entity(cluster: KubernetesApiServer) -> None:
    annotations = {ANNOTATION: "globex-corp"}
    cluster.put("globex", {"ca.crt": GLOBEX.pem}, annotations=annotations)
    async with Heard(source_of(cluster)) as heard:
        assert heard.now.entities == {"acme": (ACME.pem,), "globex-corp": (GLOBEX.pem,)}


async def test_a_list_of_many_pages_is_read_whole(cluster: KubernetesApiServer) -> None:
    for number in range(45):
        cluster.put(f"more-{number}", {"ca.crt": ACME.pem}, annotations={ANNOTATION: "acme"})
    async with Heard(source_of(cluster)) as heard:
        assert len(heard.now.entities["acme"]) == 46
        assert cluster.requests.count("list") == 3


async def test_a_new_secret_counts(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster)) as heard:
        cluster.put("globex", {"ca.crt": GLOBEX.pem})
        await heard.until(has("acme", "globex"))
        assert cluster.requests.count("list") == 1


async def test_a_deleted_secret_is_gone_at_once(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster)) as heard:
        cluster.delete("acme")
        state = await heard.until(has())
        assert state.status == "live"


async def test_a_secret_that_loses_the_label_is_gone_at_once(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster)) as heard:
        cluster.put("acme", {"ca.crt": ACME.pem}, labels={})
        await heard.until(has())
        cluster.put("acme", {"ca.crt": ACME.pem})
        await heard.until(has("acme"))


async def test_a_replaced_authority_replaces(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster)) as heard:
        cluster.put("acme", {"ca.crt": GLOBEX.pem})
        await heard.until(lambda state: state.entities == {"acme": (GLOBEX.pem,)})


async def test_a_change_that_changes_no_anchor_is_not_told(cluster: KubernetesApiServer) -> None:
    async with Heard(source_of(cluster)) as heard:
        cluster.put("acme", {"ca.crt": ACME.pem}, annotations={"note": "rotated next year"})
        cluster.put("globex", {"ca.crt": GLOBEX.pem})
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
    cluster: KubernetesApiServer, data: dict[str, bytes], annotations: dict[str, str], message: str
) -> None:
    innocent = Authority("innocent")
    cluster.put("innocent", {"ca.crt": innocent.pem})
    async with Heard(source_of(cluster)) as heard:
        cluster.put("bad", data, annotations=annotations)
        state = await heard.until(lambda state: bool(state.problems))
        assert state.entities["innocent"] == (innocent.pem,)
        assert "bad" not in state.entities
        problem = next(problem for problem in state.problems if problem.place == "mesh/bad")
        assert message in problem.message
        cluster.delete("bad")
        state = await heard.until(lambda state: not state.problems)
        assert has("acme", "innocent")(state)


async def test_a_secret_that_turns_bad_loses_what_it_had(cluster: KubernetesApiServer) -> None:
    cluster.put("globex", {"ca.crt": GLOBEX.pem})
    async with Heard(source_of(cluster)) as heard:
        cluster.put("acme", {"ca.crt": b"junk"})
        await heard.until(has("globex"))


async def test_data_that_is_not_base64_is_a_problem(cluster: KubernetesApiServer) -> None:
    metadata = {"name": "odd", "namespace": "mesh", "labels": {"mcp-mesh.io/trust": "entity-ca"}}
    cluster.store({"metadata": metadata, "data": {"ca.crt": "?"}})
    async with Heard(source_of(cluster)) as heard:
        assert [problem.message for problem in heard.now.problems] == ["ca.crt is not base64"]
        assert has("acme")(heard.now)
