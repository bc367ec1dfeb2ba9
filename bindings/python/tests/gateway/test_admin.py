"""The operator API: its credential, executions, sessions, contexts, the audit's head."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from attest_path import AttestPath, execution
from callgate import CallgateError, SecretKey
from callgate.audit import Head
from callgate.gateway.admin import OperatorCredential, create_admin_app
from callgate.gateway.executions.ties import EnrolmentTie
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.peer import Peer

pytestmark = pytest.mark.anyio
CREDENTIAL = "an-operators-credential"
BEARER = {"authorization": f"Bearer {CREDENTIAL}"}
ENTRY: dict[str, Any] = {
    "workload_id": "api-1",
    "scopes": ["research"],
    "tie": "none",
    "lifetime": 600,
}


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[AttestPath]:
    async with AttestPath(tmp_path, [execution(), execution("docker://x/y")]).running() as made:
        yield made


@contextlib.asynccontextmanager
async def operator(path: AttestPath) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_admin_app(path.services, credential=OperatorCredential(CREDENTIAL))
    transport = httpx2.ASGITransport(app)
    base = "http://operator/admin/v1"
    async with httpx2.AsyncClient(transport=transport, base_url=base, headers=BEARER) as client:
        yield client


@pytest.fixture
async def client(path: AttestPath) -> AsyncIterator[httpx2.AsyncClient]:
    async with operator(path) as made:
        yield made


async def attempt(path: AttestPath, key: SecretKey, *args: Any, **members: Any) -> str:
    try:
        await path.attest(key, *args, **members)
    except Refusal as error:
        return error.code_name
    return "attested"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        CREDENTIAL,
        f"Basic {CREDENTIAL}",
        f"Bearer {CREDENTIAL}x",
        f"Bearer {CREDENTIAL[:-1]}",
        "Bearer ",
        f"Bearer  {CREDENTIAL.upper()}",
    ],
)
async def test_nothing_is_done_without_the_credential(
    path: AttestPath, client: httpx2.AsyncClient, header: str | None
) -> None:
    del client.headers["authorization"]
    given = {} if header is None else {"authorization": header}
    for method, target in (
        ("GET", "/executions"),
        ("POST", "/executions"),
        ("GET", "/nothing"),
        ("GET", "/audit/head"),
    ):
        response = await client.request(method, target, headers=given)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert CREDENTIAL not in response.text
    assert await attempt(path, SecretKey.generate(), "api-1") == "UNKNOWN_WORKLOAD"


async def test_a59_a_security_token_is_no_credential(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    attested = await path.attest(key)
    bearer = {"authorization": f"Bearer {attested.security_token}"}
    assert (await client.get("/sessions", headers=bearer)).status_code == 401


async def test_a_credential_that_comes_twice_is_none(client: httpx2.AsyncClient) -> None:
    headers = [("authorization", f"Bearer {CREDENTIAL}")] * 2
    assert (await client.get("/sessions", headers=headers)).status_code == 401


def test_a_credential_that_could_not_work_is_refused_and_none_is_printed() -> None:
    for useless in ("short", "of words and spaces", "é" * 20, "x" * 1025):
        with pytest.raises(CallgateError):
            OperatorCredential(useless)
    assert CREDENTIAL not in repr(OperatorCredential(CREDENTIAL))


async def test_an_execution_that_the_operator_registers_may_attest(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    assert await attempt(path, key, "api-1") == "UNKNOWN_WORKLOAD"
    response = await client.post("/executions", json=ENTRY)
    assert response.status_code == 201
    assert response.json()["source"] == "api"
    assert await attempt(path, key, "api-1") == "attested"
    assert await attempt(path, SecretKey.generate(), "api-1", "reading") == "SCOPE_NOT_FOUND"
    listed = (await client.get("/executions")).json()["executions"]
    (entry,) = [entry for entry in listed if entry["workload_id"] == "api-1"]
    assert entry["live_sessions"] == 1


async def test_a_registration_is_audited_and_outlives_a_restart(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path)
    async with made.running() as path, operator(path) as client:
        await client.post("/executions", json=ENTRY)
    assert "execution_registered" in [line["kind"] for line in path.lines()]
    async with made.running() as path:
        assert await attempt(path, key, "api-1") == "attested"


async def test_a_scope_that_no_context_has_is_warned_of_in_the_answer(
    client: httpx2.AsyncClient,
) -> None:
    answer = (await client.post("/executions", json=ENTRY)).json()
    assert answer["warnings"] == []
    entry = {**ENTRY, "scopes": [*ENTRY["scopes"], "absent"]}
    answer = (await client.post("/executions", json=entry)).json()
    assert answer["warnings"] == ['execution "api-1": no context is named "absent"']


async def test_an_enrolment_secret_is_made_and_shown_once(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    response = await client.post("/executions", json={**ENTRY, "tie": "enrolment_secret"})
    secret = response.json()["enrolment_secret"]
    assert len(secret) >= 43
    listed = (await client.get("/executions")).text
    assert secret not in listed
    assert EnrolmentTie.of_secret(secret).secret_sha256 not in listed
    assert await attempt(path, key, "api-1") == "WORKLOAD_VERIFICATION_FAILED"
    assert await attempt(path, key, "api-1", enrolment_secret=secret) == "attested"
    assert secret not in json.dumps(path.lines())


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"tie": None}, "tie"),
        ({"tie": {"uid": "0"}}, "tie"),
        ({"tie": "Enrolment_Secret"}, "tie"),
        ({"lifetime": None}, "lifetime"),
        ({"lifetime": 0}, "lifetime"),
        ({"lifetime": True}, "lifetime"),
        ({"lifetime": "600"}, "lifetime"),
        ({"scopes": []}, "scopes"),
        ({"scopes": "research"}, "scopes"),
        ({"scopes": [1]}, "scopes"),
        ({"workload_id": "w-1"}, "workload_id"),  # the configuration's
        ({"workload_id": ""}, "workload_id"),
        ({"max_session": 9}, "max_session"),
        ({"max_sessions": True}, "max_sessions"),
        ({"source": "docker"}, "source"),
        ({"registered_at": 0}, "registered_at"),
    ],
    ids=str,
)
async def test_an_entry_that_could_not_be_meant_is_refused_with_its_place(
    client: httpx2.AsyncClient, change: dict[str, Any], where: str
) -> None:
    entry = {name: value for name, value in {**ENTRY, **change}.items() if value is not None}
    response = await client.post("/executions", json=entry)
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["name"], error["where"]) == ("INVALID_ARGUMENT", where)
    listed = (await client.get("/executions")).json()["executions"]
    assert {entry["workload_id"] for entry in listed} == {"w-1", "docker://x/y"}


@pytest.mark.parametrize("text", [b"", b"[]", b'{"workload_id":"a","workload_id":"b"}', b"{"])
async def test_a_body_that_is_no_strict_object_is_refused(
    client: httpx2.AsyncClient, text: bytes
) -> None:
    for target in ("/executions", "/executions/revoke", "/sessions/revoke", "/contexts/explain"):
        response = await client.post(target, content=text)
        assert response.status_code == 400


async def test_a_body_that_is_too_long_is_refused(client: httpx2.AsyncClient) -> None:
    response = await client.post("/executions", content=b" " * ((1 << 20) + 1))
    assert response.status_code == 413


async def test_an_execution_that_the_operator_removes_ends_with_its_sessions(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    await client.post("/executions", json=ENTRY)
    attested = await path.attest(key, "api-1")
    response = await client.delete("/executions/api-1")
    assert response.json() == {"workload_id": "api-1", "ended_sessions": 1}
    assert path.state_of(attested.session_id) == "ended"
    assert await attempt(path, key, "api-1") == "UNKNOWN_WORKLOAD"
    assert (await client.delete("/executions/api-1")).status_code == 404
    # What the file names is not the operator's to remove here: revoke it.
    assert (await client.delete("/executions/w-1")).status_code == 404


async def test_an_execution_registered_again_under_another_tie_has_to_attest_again(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    await client.post("/executions", json=ENTRY)
    attested = await path.attest(key, "api-1")
    await client.post("/executions", json={**ENTRY, "lifetime": 1200})
    assert path.state_of(attested.session_id) == "open"
    tie = {"key": SecretKey.generate().public_key.thumbprint}
    await client.post("/executions", json={**ENTRY, "tie": tie})
    assert path.state_of(attested.session_id) == "ended"


async def test_revoking_stays_until_the_operator_undoes_it(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    attested = await path.attest(key)
    body = {"session_id": attested.session_id, "reason": "it misbehaved"}
    response = await client.post("/sessions/revoke", json=body)
    assert response.json()["workload_id"] == "w-1"
    assert path.state_of(attested.session_id) == "revoked"
    assert await attempt(path, key) == "UNKNOWN_WORKLOAD"
    revoked = (await client.get("/executions")).json()["revoked"]
    assert revoked == [{"workload_id": "w-1", "reason": "it misbehaved"}]
    response = await client.post("/executions/reinstate", json={"workload_id": "w-1"})
    assert response.status_code == 200
    assert await attempt(path, key) == "attested"
    response = await client.post("/executions/reinstate", json={"workload_id": "w-1"})
    assert response.status_code == 404


async def test_an_execution_is_revoked_whatever_its_id(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    await path.attest(key, "docker://x/y")
    response = await client.post("/executions/revoke", json={"workload_id": "docker://x/y"})
    assert response.json()["ended_sessions"] == 1
    assert await attempt(path, SecretKey.generate(), "docker://x/y") == "UNKNOWN_WORKLOAD"


async def test_sessions_are_listed_and_revoked_by_id(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    attested = await path.attest(key)
    await path.attest(SecretKey.generate(), "docker://x/y")
    assert len((await client.get("/sessions")).json()["sessions"]) == 2
    response = await client.get("/sessions", params={"workload_id": "w-1"})
    (session,) = response.json()["sessions"]
    assert session["session_id"] == attested.session_id
    assert session["public_key"] == key.public_key.to_base64()
    assert attested.security_token not in response.text
    one = (await client.get(f"/sessions/{attested.session_id}")).json()
    assert (one["state"], one["context"]) == ("open", "research")
    assert (await client.delete(f"/sessions/{attested.session_id}")).status_code == 200
    assert (await client.get(f"/sessions/{attested.session_id}")).json()["state"] == "revoked"
    for response in (
        await client.get("/sessions/nobody"),
        await client.delete("/sessions/nobody"),
        await client.post("/sessions/revoke", json={"session_id": "nobody"}),
    ):
        assert response.status_code == 404
        assert response.json()["error"]["name"] == "UNKNOWN_SESSION"


async def test_a_call_is_explained_and_nothing_is_charged(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    body = {"context": "research", "tool": "fs.read", "arguments": {"path": "/etc/passwd"}}
    answer = (await client.post("/contexts/explain", json=body)).json()
    assert (answer["allowed"], answer["code_name"]) == (False, "PATH_NOT_ALLOWED")
    assert answer["details"][0]["where"] == "/path"
    attested = await path.attest(key)
    body = {
        "session_id": attested.session_id,
        "tool": "fs.read",
        "arguments": {"path": "/workspace/a"},
    }
    answer = (await client.post("/contexts/explain", json=body)).json()
    assert (answer["allowed"], answer["context"]) == (True, "research")
    body["context"] = "research"
    assert (await client.post("/contexts/explain", json=body)).status_code == 400
    unknown = {"session_id": "nobody", "tool": "fs.read", "arguments": {}}
    assert (await client.post("/contexts/explain", json=unknown)).status_code == 404
    unknown = {"context": "nowhere", "tool": "fs.read", "arguments": {}}
    answer = (await client.post("/contexts/explain", json=unknown)).json()
    assert answer["code_name"] == "SCOPE_NOT_FOUND"


async def test_a_policy_is_judged_before_anyone_loads_it(
    path: AttestPath, client: httpx2.AsyncClient
) -> None:
    assert (await client.get("/contexts")).json()["contexts"] == ["admin", "reading", "research"]
    text = path.policy.replace(
        "    path_allowlist: [/workspace]\n---\nname: admin", "---\nname: admin"
    )
    text += "---\nname: new\ncapabilities: []\n"
    before = path.gate.policy.digest
    answer = (await client.post("/contexts/validate", content=text.encode())).json()
    assert answer["valid"] and answer["added"] == ["new"] and answer["removed"] == []
    (change,) = answer["changed"]["reading"]
    assert change["became_allowed"] and change["witness"]["tool"] == "fs.read"
    assert path.gate.policy.digest == before
    broken = b"name: a\ncapabilites: []\n"
    answer = (await client.post("/contexts/validate", content=broken)).json()
    assert not answer["valid"]
    assert answer["error"]["where"].endswith("2:1")
    (fault,) = answer["errors"]
    assert fault["rule"] == "doc.unknown-key" and fault["found"] == "capabilites"
    assert fault["message"].endswith("; did you mean capabilities?")


async def test_the_head_of_the_audit_is_what_verify_takes_as_anchor(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    await path.attest(key)
    head = Head.from_json((await client.get("/audit/head")).content)
    assert head.verify(path.audit_key.public_key)
    assert head.sequence >= 3


async def test_a_reset_of_the_clock_ends_every_session(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    attested = await path.attest(key)
    assert (await client.post("/clock/reset")).json() == {"reset": True}
    assert path.state_of(attested.session_id) == "ended"


async def test_a_reset_of_the_clock_lets_agents_prove_their_keys_again(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    path.time.wall += 86_400
    ahead = path.request(SecretKey.generate(), proof=True)
    await path.attestation.attest(ahead, Peer())
    path.time.wall -= 86_400
    with pytest.raises(Refusal):
        await path.attestation.attest(path.request(key, proof=True), Peer())
    await client.post("/clock/reset")
    await path.attestation.attest(path.request(key, proof=True), Peer())
    with pytest.raises(Refusal):
        await path.attestation.attest(path.request(key, proof=True), Peer())


async def test_every_failure_is_json(client: httpx2.AsyncClient) -> None:
    for method, target, status in (
        ("GET", "/nothing", 404),
        ("DELETE", "/executions", 405),
        ("GET", "/executions/", 405),
        ("GET", "/sessions/", 404),
        ("POST", "/executions/revoke/", 405),
        ("GET", "/contexts/validate", 405),
    ):
        response = await client.request(method, target)
        assert response.status_code == status
        assert response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        ("DELETE", "/executions", "GET, HEAD, POST"),
        ("PUT", "/executions/api-1", "DELETE"),
        ("GET", "/executions/revoke", "POST"),
        ("POST", "/sessions", "GET, HEAD"),
        ("POST", "/sessions/s-1", "DELETE, GET, HEAD"),
        ("DELETE", "/contexts", "GET, HEAD"),
    ],
)
async def test_another_method_is_told_all_that_its_path_has(
    client: httpx2.AsyncClient, method: str, target: str, allowed: str
) -> None:
    response = await client.request(method, target)
    assert (response.status_code, response.headers["allow"]) == (405, allowed)


async def test_what_is_not_there_is_no_fault_of_the_gateway(client: httpx2.AsyncClient) -> None:
    for target in ("http://operator/", "http://operator/nothing", "http://operator/admin/v1"):
        response = await client.get(target)
        assert (response.status_code, response.json()["error"]["name"]) == (404, "HTTP")


async def test_an_unforeseen_exception_shows_no_detail(
    path: AttestPath, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(path.audit, "head", fail)
    response = await client.get("/audit/head")
    assert response.status_code == 500
    assert response.json()["error"]["name"] == "INTERNAL_ERROR"
    assert "secret detail" not in response.text
