"""Heartbeats over mTLS: who may register, whose row is whose, what changed, what is resolved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authorities import Issued, authority, issued
from cryptography import x509
from registry_world import World, heartbeat, tool, world

ACME, GLOBEX, STRANGER = authority("Acme"), authority("Globex"), authority("Stranger")
ENTITIES = {"acme": ACME, "globex": GLOBEX}


@pytest.fixture(params=["auto", "strict"])
def mesh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, ENTITIES, request.param) as made:
        yield made


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, ENTITIES, "strict") as made:
        yield made


@pytest.fixture
def auto(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, ENTITIES, "auto") as made:
        yield made


@pytest.fixture(scope="module")
def acme() -> Issued:
    return ACME.issue("prov")


@pytest.fixture(scope="module")
def globex() -> Issued:
    return GLOBEX.issue("cons")


def without_time(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "timestamp"}


def test_a_provider_and_a_consumer_find_each_other(
    mesh: World, acme: Issued, globex: Issued
) -> None:
    with mesh.agent(acme) as provider, mesh.agent(globex) as consumer:
        body = heartbeat("prov-1", tool("adder", version="1.4.2", kwargs={"timeout": 30.5}))
        assert without_time(provider.post(body).body) == {
            "agent_id": "prov-1",
            "status": "success",
            "message": "Agent registered via heartbeat",
            "dependencies_resolved": {},
            "llm_tools": {},
        }
        assert provider.head("prov-1") == 200
        wants = tool("calc", {"capability": "adder"}, {"capability": "nosuch"})
        answer = consumer.post(heartbeat("cons-1", wants))
        assert answer.body["dependencies_resolved"] == {
            "calc": [
                {
                    "agent_id": "prov-1",
                    "capability": "adder",
                    "endpoint": "https://127.0.0.1:9101",
                    "function_name": "adder",
                    "status": "available",
                    "kwargs": {"timeout": 30.5},
                },
                {
                    "agent_id": "",
                    "capability": "nosuch",
                    "endpoint": "",
                    "function_name": "",
                    "status": "unresolved",
                },
            ]
        }
        # The provider is told that there is someone new, once.
        assert provider.head("prov-1") == 202
        assert provider.post(body).body["message"] == "Agent updated via heartbeat"
        assert [provider.head("prov-1"), consumer.head("cons-1")] == [200, 200]
        # It leaves, and the consumer hears of that.
        gone = provider.ask("DELETE", "/agents/prov-1")
        assert (gone.status, gone.body) == (204, None)
        assert provider.head("prov-1") == 410
        assert consumer.head("cons-1") == 202
        (first, _) = consumer.post(heartbeat("cons-1", wants)).body["dependencies_resolved"]["calc"]
        assert first["status"] == "unresolved"


def test_strict_needs_a_trusted_certificate_on_every_path(strict: World) -> None:
    with strict.agent() as anonymous, strict.agent(STRANGER.issue("x")) as stranger:
        for method, path in (("GET", "/health"), ("GET", "/agents"), ("POST", "/heartbeat")):
            answer = anonymous.ask(method, path)
            assert (answer.status, answer.body) == (
                403,
                {"error": "client certificate required", "reason": "no_certificate"},
            )
            answer = stranger.ask(method, path)
            assert (answer.status, answer.body) == (
                403,
                {
                    "error": "untrusted certificate",
                    "detail": "certificate not trusted by any entity CA",
                    "reason": "untrusted",
                },
            )
        assert [anonymous.head("x"), stranger.head("x")] == [403, 403]
    with strict.agent(ACME.issue("x")) as agent:
        assert agent.ask("GET", "/health").body["trust"]["backends"] == [
            {"name": "filestore", "status": "live"}
        ]


def test_auto_takes_no_certificate_but_not_a_wrong_one(auto: World) -> None:
    with auto.agent() as anonymous, auto.agent(STRANGER.issue("x")) as stranger:
        assert anonymous.post(heartbeat("anon-1")).body["status"] == "success"
        assert stranger.post(heartbeat("anon-2")).status == 403


def test_every_verb_on_a_row_needs_its_entity(mesh: World, acme: Issued, globex: Issued) -> None:
    with mesh.agent(acme) as owner, mesh.agent(globex) as other:
        body = heartbeat("prov-1", tool("adder"))
        assert owner.post(body).status == 200
        assert other.head("prov-1") == 403
        answer = other.post(body)
        assert answer.status == 403
        assert answer.body["error"] == "entity_id mismatch: agent owned by another entity"
        assert (answer.body["reason"], answer.body["entity"]) == ("other_entity", "globex")
        assert other.ask("DELETE", "/agents/prov-1").status == 403
        assert owner.head("prov-1") == 200
        # Another agent of the same entity may.
        with mesh.agent(ACME.issue("second")) as same:
            assert same.head("prov-1") == 200


def test_an_agent_cannot_drop_its_certificate(auto: World, acme: Issued) -> None:
    with auto.agent(acme) as owner, auto.agent() as anonymous:
        body = heartbeat("prov-1", tool("adder"))
        owner.post(body)
        assert anonymous.head("prov-1") == 403
        assert anonymous.post(body).body["reason"] == "no_certificate"
        assert anonymous.ask("DELETE", "/agents/prov-1").status == 403
        assert owner.head("prov-1") == 200


def test_an_anonymous_row_is_claimed_only_when_it_is_silent(auto: World, acme: Issued) -> None:
    with auto.agent() as anonymous, auto.agent(acme) as owner:
        body = heartbeat("prov-1", tool("adder"))
        anonymous.post(body)
        assert owner.head("prov-1") == 403
        assert owner.post(body).body["reason"] == "anonymous_alive"
        assert owner.ask("DELETE", "/agents/prov-1").status == 403
        anonymous.ask("DELETE", "/agents/prov-1")
        assert owner.post(body).body["status"] == "success"
        assert [owner.head("prov-1"), anonymous.head("prov-1")] == [200, 403]


def test_an_entity_never_gets_a_tool_of_an_anonymous_agent(auto: World, acme: Issued) -> None:
    with auto.agent() as anonymous, auto.agent(acme) as trusted:
        anonymous.post(heartbeat("anon-1", tool("adder")))
        wants = tool("calc", "adder")
        answer = trusted.post(heartbeat("cons-1", wants))
        (entry,) = answer.body["dependencies_resolved"]["calc"]
        assert entry["status"] == "unresolved"
        answer = anonymous.post(heartbeat("cons-2", wants))
        (entry,) = answer.body["dependencies_resolved"]["calc"]
        assert entry["endpoint"] == "http://127.0.0.1:9101"


def test_a_renewed_certificate_keeps_the_row(mesh: World) -> None:
    body = heartbeat("prov-1", tool("adder"))
    with mesh.agent(ACME.issue("prov")) as before:
        before.post(body)
    with mesh.agent(ACME.issue("prov")) as after:
        assert after.head("prov-1") == 200
        assert after.post(body).body["message"] == "Agent updated via heartbeat"


def test_an_unknown_row_is_gone(mesh: World, acme: Issued) -> None:
    with mesh.agent(acme) as agent:
        assert agent.head("unknown-1") == 410
        assert agent.ask("DELETE", "/agents/unknown-1").status == 204


def test_a_body_that_is_no_heartbeat_is_refused(mesh: World, acme: Issued) -> None:
    with mesh.agent(acme) as agent:
        for body in (b"{bad", b"[]", b'{"agent_id":"a","agent_id":"b"}', b'{"agent_id":"\xff"}'):
            answer = agent.post(body)
            assert answer.status == 400
            assert answer.body["error"].startswith("Invalid JSON payload")
        assert agent.post({"tools": []}).body["error"] == "agent_id is required"
        assert agent.post({"agent_id": "a", "tools": {}}).status == 400
        # The connection is as good as before.
        assert agent.post({"agent_id": "a"}).body["status"] == "success"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"agent_id": "Bad_ID"},
            "validation failed: agent_id: agent_id must contain only lowercase alphanumeric "
            "characters and hyphens",
        ),
        ({"agent_id": "a" * 254, "name": "a"}, "validation failed: agent_id: agent_id must be at"),
        ({"name": "n" * 64}, "validation failed: name: name must be at most 63 characters"),
        ({"agent_type": "robot"}, "validation failed: agent_type: agent_type must be one of"),
        ({"runtime": "cobol"}, "validation failed: runtime: runtime must be one of"),
        ({"namespace": "a/b"}, "validation failed: namespace: namespace must contain only"),
        ({"http_host": "evil.com/x@y"}, "validation failed: http_host: expected a host name"),
        ({"http_port": 70000}, "validation failed: http_port: expected 0 to 65535"),
        ({"tools": [{"capability": "x"}]}, "validation failed: tools[0]: function_name: function"),
        ({"tools": [tool("x")] * 501}, "validation failed: tools: at most 500"),
        ({"tools": [tool("x\n")]}, "validation failed: tools[0]: function_name: no control"),
    ],
)
def test_what_cannot_be_registered_is_status_error(
    strict: World, acme: Issued, change: dict[str, Any], message: str
) -> None:
    with strict.agent(acme) as agent:
        answer = agent.post({**heartbeat("prov-1"), **change})
        assert (answer.status, answer.body["status"]) == (200, "error")
        assert answer.body["message"].startswith(message)
        assert strict.run(lambda: len(strict.registry.members.directory)) == 0


def test_required_edges_may_close_no_cycle(strict: World, acme: Issued) -> None:
    with strict.agent(acme) as agent:
        agent.post(heartbeat("cya", tool("cyA", {"capability": "cyB", "required": True})))
        answer = agent.post(heartbeat("cyb", tool("cyB", {"capability": "cyA", "required": True})))
        assert answer.body["status"] == "error"
        assert answer.body["message"] == "required dependency cycle: cyA → cyB → cyA"
        assert agent.head("cyb") == 410


def test_an_api_agent_registers_without_capability(mesh: World, acme: Issued) -> None:
    route = {"function_name": "GET:/x", "capability": "", "dependencies": ["adder"]}
    with mesh.agent(acme) as agent:
        answer = agent.post(heartbeat("api-1", route, agent_type="api", name="fastapi"))
        assert list(answer.body["dependencies_resolved"]) == ["GET:/x"]


def test_the_list_of_agents_is_null_when_empty(strict: World, acme: Issued) -> None:
    with strict.agent(acme) as agent:
        empty = {"agents": None, "count": 0, "total": 0}
        assert without_time(agent.ask("GET", "/agents").body) == empty
        agent.post(heartbeat("prov-1", tool("calc", "adder", "calc")))
        (shown,) = agent.ask("GET", "/agents").body["agents"]
        assert shown["entity_id"] == "acme"
        assert (shown["total_dependencies"], shown["dependencies_resolved"]) == (2, 1)
        assert shown["endpoint"] == "https://127.0.0.1:9101"


def test_a_long_list_of_tools_is_a_heartbeat_as_well(strict: World, acme: Issued) -> None:
    tools = [tool(f"tool-{number}", description="d" * 500) for number in range(400)]
    with strict.agent(acme) as agent:
        assert agent.post(heartbeat("prov-1", *tools)).body["status"] == "success"
        assert agent.post(heartbeat("prov-2", *tools, tool("x\n"))).body["status"] == "error"
        assert agent.post(b'{"x":"' + b"x" * (2 << 20) + b'"}').status == 413


@pytest.mark.parametrize(
    ("limit", "shown"), [("2", 2), ("0", 0), ("", 3), ("-1", 3), ("two", 3), ("9" * 5000, 3)]
)
def test_any_limit_of_events_is_answered(auto: World, limit: str, shown: int) -> None:
    with auto.agent() as agent:
        for name in ("a-1", "b-1", "c-1"):
            agent.post(heartbeat(name))
        answer = agent.ask("GET", f"/events?limit={limit}")
        assert (answer.status, answer.body["count"]) == (200, shown)


def test_other_products_are_told_apart(strict: World, acme: Issued) -> None:
    with strict.agent(acme) as agent:
        for path in ("/jobs", "/jobs/claim", "/trace/abc", "/schemas"):
            answer = agent.ask("GET", path)
            assert answer.status == 404
            assert "not part of this product" in answer.body["error"]
        assert agent.ask("GET", "/nothing").body["error"] == "not found"
        assert agent.ask("PUT", "/heartbeat").headers["allow"] == "POST"
        assert agent.ask("GET", "/heartbeat/prov-1").headers["allow"] == "HEAD"


def test_a_page_in_a_browser_is_no_agent(strict: World, acme: Issued) -> None:
    with strict.agent(acme) as agent:
        body = heartbeat("prov-1")
        answer = agent.ask("POST", "/heartbeat", body, Origin="https://evil.example")
        assert answer.status == 403
        assert agent.post(body).status == 200


class TestBinding:
    """Names of the heartbeat that the certificate must allow."""

    LEAF = issued(
        "prov.mcp-mesh.local",
        by=ACME,
        names=[x509.DNSName("prov.acme.example"), x509.DNSName("host.acme.example")],
    )

    @pytest.fixture
    def bound(self, tmp_path: Path) -> Iterator[World]:
        with world(
            tmp_path,
            ENTITIES,
            CALLGATE_REGISTRY__ENTITIES="{acme: {agent_id: 'dns:{name}.acme.example', "
            "http_host: true, capabilities: [add*]}}",
        ) as made:
            yield made

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({}, None),
            ({"agent_id": "prov"}, None),
            ({"agent_id": "prov-12345678x"}, "agent_id"),
            ({"agent_id": "prov-1"}, "agent_id"),
            ({"name": "other"}, "agent_id"),
            ({"agent_id": "other-12345678"}, "agent_id"),
            ({"http_host": "127.0.0.1"}, "http_host"),
            ({"tools": [tool("mailer")]}, "capabilities"),
            ({"tools": [tool("adder"), tool("__mesh_job_status"), tool("")]}, "function_name"),
        ],
    )
    def test_a_name_that_the_leaf_does_not_allow_is_refused(
        self, bound: World, change: dict[str, Any], name: str | None
    ) -> None:
        body = heartbeat("prov-12345678", tool("adder"), name="prov", http_host="host.acme.example")
        with bound.agent(self.LEAF) as agent:
            answer = agent.post({**body, **change})
            if name is None:
                assert answer.body["status"] == "success"
            elif name == "function_name":
                assert answer.body["status"] == "error"
            else:
                assert (answer.status, answer.body["reason"]) == (403, "name_not_bound")
                assert name in answer.body["error"]

    def test_other_entities_are_not_bound(self, bound: World, globex: Issued) -> None:
        with bound.agent(globex) as agent:
            assert agent.post(heartbeat("any-1", tool("mailer"))).body["status"] == "success"
