"""Attestation on the paths of every generation: what is asked, and what is answered."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from attest_path import ATTEST, AttestPath, body_of, post, refused
from call_path import check_failure
from callgate import SecretKey, verify_token

pytestmark = pytest.mark.anyio
SCOPE_FIELD = {"A": "requested_scope", "B": "requested_scope", "C": "security_context"}


@pytest.fixture(params=["in process", "on a port"])
async def client(
    request: pytest.FixtureRequest, path: AttestPath
) -> AsyncIterator[httpx2.AsyncClient]:
    if request.param == "in process":
        transport = httpx2.ASGITransport(path.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://g") as made:
            yield made
    else:
        async with (
            path.served() as url,
            httpx2.AsyncClient(base_url=url, trust_env=False) as made,
        ):
            yield made


@pytest.mark.parametrize("generation", ATTEST)
async def test_every_generation_gets_a_session_that_its_key_can_use(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey, generation: str
) -> None:
    body = body_of(path.request(key), SCOPE_FIELD[generation])
    status, reply = await post(client, ATTEST[generation], body)
    assert status == 200
    assert reply["status"] == ("success" if generation == "C" else "attested")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", reply["expires_at"])
    claims = verify_token(
        reply["security_token"],
        path.issuer.public_keys,
        now=path.time.wall,
        issuer="callgate-test",
        audience="agents",
    )
    assert (claims["sub"], claims["scp"]) == ("w-1", "research")
    assert claims["jti"] == reply["session_id"]
    assert claims["cnf"] == {"jkt": key.public_key.thumbprint}
    assert claims["exp"] - claims["iat"] == 3600
    envelope = path.call(key, reply["security_token"])
    assert path.gate.authorize(envelope, now=path.time.wall).allowed


@pytest.mark.parametrize("generation", ATTEST)
async def test_either_name_of_the_scope_is_taken_unless_they_differ(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey, generation: str
) -> None:
    for field in ("requested_scope", "security_context"):
        status, _ = await post(client, ATTEST[generation], body_of(path.request(key), field))
        assert status == 200
    both = {**body_of(path.request(key)), "security_context": "research"}
    assert (await post(client, ATTEST[generation], both))[0] == 200
    status, body = await post(client, ATTEST[generation], {**both, "security_context": "reading"})
    protocol = "seal/v1" if generation == "C" else "smcp/v1"
    check_failure(status, body, "INVALID_ENVELOPE", 1000, protocol=protocol)
    assert status == 400


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"public_key": None}, "public_key is missing"),
        ({"workload_id": None}, "workload_id is missing"),
        ({"requested_scope": None}, "requested_scope is missing"),
        ({"security_context": "other"}, "requested_scope and security_context differ"),
        ({"workload_id": 7}, "workload_id is of another type"),
        ({"public_key": ["x"]}, "public_key is of another type"),
        ({"proof": "x"}, "proof and proof_timestamp go together"),
        ({"proof_timestamp": 1}, "proof and proof_timestamp go together"),
        ({"proof": "x", "proof_timestamp": "1"}, "proof_timestamp is of another type"),
        ({"proof": "x", "proof_timestamp": True}, "proof_timestamp is of another type"),
        ({"enrolment_secret": {}}, "enrolment_secret is of another type"),
        # What somebody made up is not repeated.
        ({"enrolment_secrt": "x"}, "it has a member that is not documented"),
        ({"Public_Key": "x"}, "it has a member that is not documented"),
    ],
    ids=str,
)
async def test_a_malformed_body_is_refused_naming_the_member(
    path: AttestPath,
    client: httpx2.AsyncClient,
    key: SecretKey,
    change: dict[str, Any],
    fault: str,
) -> None:
    body = {**body_of(path.request(key)), **change}
    body = {name: value for name, value in body.items() if value is not None}
    status, reply = await post(client, ATTEST["B"], body)
    assert status == 400
    error = check_failure(status, reply, "INVALID_ENVELOPE", 1000)
    assert error["message"] == f"the body is no attestation request: {fault}"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b'{"a":1',
        b'{"public_key":"a","public_key":"b","workload_id":"w-1","requested_scope":"research"}',
        b'{"public_key":"a","publi\\u0063_key":"b","workload_id":"w-1","requested_scope":"x"}',
        b'\xef\xbb\xbf{"public_key":"a","workload_id":"w-1","requested_scope":"research"}',
        b'{"public_key":"\\ud800","workload_id":"w-1","requested_scope":"research"}',
        b"[" * 5000,
    ],
)
async def test_what_is_no_strict_json_object_is_refused(
    path: AttestPath, client: httpx2.AsyncClient, text: bytes
) -> None:
    status, reply = await post(client, ATTEST["A"], text)
    error = check_failure(status, reply, "INVALID_ENVELOPE", 1000)
    assert error["message"].endswith("it is not one strict JSON object")


async def test_a52_what_clients_claim_of_themselves_counts_for_nothing(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    claims = {"zaru_tier": "enterprise", "tenant_id": "t", "user_id": "u", "execution_id": "w-2"}
    claims |= {"agent_id": "a", "container_id": "c", "task_summary": "s", "principal_subject": "p"}
    body = {**body_of(path.request(key)), **claims}
    status, reply = await post(client, ATTEST["C"], body)
    assert status == 200
    session = path.gate.session(reply["session_id"])
    assert session is not None
    assert (session.subject, session.context) == ("w-1", "research")
    body["security_context"] = body.pop("requested_scope").replace("research", "admin")
    other = SecretKey.generate().public_key.to_base64()
    status, reply = await post(client, ATTEST["C"], {**body, "public_key": other})
    check_failure(status, reply, "SCOPE_NOT_FOUND", 3001, protocol="seal/v1")


async def test_an_unknown_workload_is_refused_with_the_eras_number(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    for generation, protocol in (("A", "smcp/v1"), ("C", "seal/v1")):
        status, reply = await post(client, ATTEST[generation], body_of(path.request(key, "w-9")))
        assert status == 401
        check_failure(status, reply, "UNKNOWN_WORKLOAD", 3000, protocol=protocol)
    for workload_id in ("", "W-1", "w-1 ", "w-1\0", "x" * 10_000):
        error = await refused(path, key, workload_id)
        assert error.code_name == "UNKNOWN_WORKLOAD"


@pytest.mark.parametrize(
    "scope",
    [
        "admin",  # exists, and is not among the execution's
        "nowhere",
        "",
        "research ",
        "RESEARCH",
        "../research",
        "research\0",
        "x" * 100_000,
        "research-extra",
    ],
    ids=lambda scope: scope[:20],
)
async def test_a53_all_scopes_not_permitted_get_the_same_answer(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey, scope: str
) -> None:
    status, reply = await post(client, ATTEST["B"], body_of(path.request(key, scope=scope)))
    assert status == 403
    error = check_failure(status, reply, "SCOPE_NOT_FOUND", 3001)
    assert error["message"] == "no SecurityContext has this name"
    assert error["details"] == {}


def _spellings(text: str) -> list[str]:
    return [
        "",
        "A" * 43 + "=",  # the all-zero key, of small order
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  # the identity
        "7v///////////////////////////////////////38=",  # y >= p
        text + "\n",
        text.rstrip("="),
        text + "=",
        text.replace("=", "A="),
        " " + text,
        text[:-2] + "_=",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----",
        "x" * 100_000,
    ]


async def test_a9_a55_only_a_strong_key_in_its_one_spelling_is_taken(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    for spelling in _spellings(key.public_key.to_base64()):
        body = {**body_of(path.request(key)), "public_key": spelling}
        status, reply = await post(client, ATTEST["B"], body)
        assert status == 401
        check_failure(status, reply, "KEY_REFUSED", 3003)
        status, reply = await post(client, ATTEST["C"], body)
        check_failure(status, reply, "KEY_REFUSED", 3002, protocol="seal/v1")
    assert not path.attestation.sessions
