"""Operators: who may rotate, by which listener, and that only the agents concerned are asked."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authorities import Issued, authority
from registry_world import Answer, World, heartbeat, tool, world

ACME, GLOBEX, OPS = authority("Acme"), authority("Globex"), authority("Ops")
ENTITIES = {"acme": ACME, "globex": GLOBEX, "ops": OPS}
CREDENTIAL = "an-operator's-credential"


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, ENTITIES) as made:
        yield made


@pytest.fixture
def operated(tmp_path: Path) -> Iterator[World]:
    """With an admin entity, and a listener for operators."""
    with world(
        tmp_path,
        ENTITIES,
        CALLGATE_REGISTRY__ENTITIES="{ops: {admin: true}}",
        CALLGATE_REGISTRY__ADMIN__UNIX=str(tmp_path / "admin.sock"),
        CALLGATE_REGISTRY__ADMIN__CREDENTIAL="env:CREDENTIAL",
        CREDENTIAL=CREDENTIAL,
    ) as made:
        yield made


class _Unix(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


def ask_unix(path: Path, method: str, target: str, credential: str | None) -> Answer:
    headers = {} if credential is None else {"Authorization": f"Bearer {credential}"}
    with contextlib.closing(_Unix(path)) as connection:
        connection.request(method, target, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, json.loads(answer.read()), dict(answer.headers))


def rotate(agent: Any, query: str = "", **headers: str) -> Answer:
    answer: Answer = agent.ask("POST", f"/admin/rotate{query}", **headers)
    return answer


def test_operations_are_never_open_by_default(strict: World) -> None:
    with strict.agent(ACME.issue("agent")) as agent:
        answer = rotate(agent)
        assert answer.status == 403
        assert answer.body["error"].startswith("operators are not configured here: set admin")
        assert agent.ask("GET", "/admin/entities").status == 403


def test_only_an_admin_entity_operates_over_mtls(operated: World) -> None:
    with operated.agent(ACME.issue("agent")) as agent, operated.agent(OPS.issue("op")) as operator:
        assert rotate(agent).status == 403
        assert rotate(operator).body == {
            "message": "Rotation triggered for all agents",
            "affected_agents": 0,
            "entity_id": "",
        }
        names = [one["name"] for one in operator.ask("GET", "/admin/entities").body["entities"]]
        assert names == ["acme", "globex", "ops"]
        assert operator.ask("GET", "/admin/rotate").headers["allow"] == "POST"
        assert operator.ask("DELETE", "/admin/entities").status == 405
        assert operator.ask("GET", "/admin/drain").status == 404


def test_a_page_that_borrows_the_certificate_operates_nothing(operated: World) -> None:
    with operated.agent(OPS.issue("op")) as operator:
        for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
            assert rotate(operator, **headers).status == 403
        assert rotate(operator).status == 200


def test_an_admin_entity_that_is_revoked_operates_no_more(operated: World) -> None:
    with operated.agent(OPS.issue("op")) as operator:
        assert rotate(operator).status == 200
        operated.trusts({"acme": ACME})
    # Its connection may be closed already.
    with operated.agent(OPS.issue("op")) as operator:
        assert rotate(operator).status == 403


def test_the_operators_listener_needs_its_credential(operated: World, tmp_path: Path) -> None:
    path = tmp_path / "admin.sock"
    for credential in (None, "another-credential-of-length", CREDENTIAL + "x"):
        answer = ask_unix(path, "POST", "/admin/rotate", credential)
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert ask_unix(path, "POST", "/admin/rotate", CREDENTIAL).status == 200
    # What agents do is not done here.
    assert ask_unix(path, "GET", "/agents", CREDENTIAL).status == 404


def test_rotate_asks_the_agents_of_one_entity_alone(operated: World) -> None:
    with (
        operated.agent(ACME.issue("a")) as acme,
        operated.agent(GLOBEX.issue("b")) as globex,
        operated.agent(OPS.issue("op")) as operator,
    ):
        bodies = {"a-1": heartbeat("a-1", tool("adder")), "b-1": heartbeat("b-1", tool("mailer"))}
        for _ in range(2):
            acme.post(bodies["a-1"])
            globex.post(bodies["b-1"])
        assert [acme.head("a-1"), globex.head("b-1")] == [200, 200]
        answer = rotate(operator, "?entity_id=acme")
        assert answer.body["affected_agents"] == 1
        assert answer.body["message"] == "Rotation triggered for entity 'acme'"
        assert [acme.head("a-1"), acme.head("a-1"), globex.head("b-1")] == [202, 202, 200]
        acme.post(bodies["a-1"])
        assert [acme.head("a-1"), globex.head("b-1")] == [200, 200]
        kinds = [
            (one["event_type"], one["agent_id"])
            for one in operator.ask("GET", "/events?limit=2").body["events"]
        ]
        assert kinds == [("rotate", "a-1"), ("register", "b-1")]
    (line,) = [one for one in operated.audit() if one["what"] == "rotate"]
    assert (line["entity"], line["agents"]) == ("acme", 1)


def test_rotate_of_an_unknown_entity_says_so(operated: World) -> None:
    with operated.agent(OPS.issue("op")) as operator:
        answer = rotate(operator, "?entity_id=acme-corp")
        assert answer.status == 404
        assert answer.body["error"].startswith("no entity is named acme-corp")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_a_probe_needs_no_certificate_and_gets_nothing_else(tmp_path: Path) -> None:
    port = _free_port()
    with (
        world(tmp_path, ENTITIES, CALLGATE_REGISTRY__HEALTH__PORT=str(port)),
        contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as probe,
    ):
        for method, path, status in (
            ("GET", "/health", 200),
            ("HEAD", "/health", 200),
            ("POST", "/health", 405),
            ("GET", "/agents", 404),
            ("POST", "/admin/rotate", 404),
        ):
            probe.request(method, path)
            answer = probe.getresponse()
            assert answer.status == status
            body = answer.read()
            if (method, path) == ("GET", "/health"):
                assert json.loads(body)["service"] == "mcp-mesh-registry"


def test_health_says_which_backend_is_unavailable(strict: World, tmp_path: Path) -> None:
    leaf: Issued = ACME.issue("agent")
    with strict.agent(leaf) as agent:
        assert agent.ask("GET", "/health").body["status"] == "healthy"
        strict.trusts(ENTITIES, available=False)
    with strict.agent(leaf) as agent:
        assert agent.ask("GET", "/health").status == 503
