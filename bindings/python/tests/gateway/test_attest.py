"""Attestation on the paths of every generation: who gets a session, and who does not."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from attest_path import (
    ATTEST,
    AttestPath,
    body_of,
    execution,
    post,
)
from call_path import check_failure
from callgate import CallgateError, PolicySet, SecretKey, verify_token
from callgate.audit import AuditUnavailable
from callgate.gateway.executions.ties import KeyTie, UidTie
from callgate.gateway.http.peer import Peer
from callgate.gateway.rates import Rates, attestation_rates
from callgate.gateway.refusal import Refusal

pytestmark = pytest.mark.anyio
UID, USER = UidTie(1000), Peer(uid=1000)
SCOPE_FIELD = {"A": "requested_scope", "B": "requested_scope", "C": "security_context"}


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[AttestPath]:
    made = AttestPath(tmp_path, [execution(), execution("w-2")])
    async with made.running():
        yield made


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


async def refused(path: AttestPath, key: SecretKey, *args: Any, **members: Any) -> Refusal:
    with pytest.raises(CallgateError) as caught:
        await path.attest(key, *args, **members)
    assert isinstance(caught.value, Refusal)
    return caught.value


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
async def test_every_generation_takes_either_name_of_the_scope_and_no_contradiction(
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
async def test_a_body_of_another_form_is_refused_by_the_name_of_the_member_at_fault(
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


async def test_an_unknown_workload_is_refused_with_the_number_of_each_era(
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
async def test_a53_every_scope_that_the_execution_may_not_have_gets_one_answer(
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


async def test_the_same_key_and_scope_renew_the_session(path: AttestPath, key: SecretKey) -> None:
    first = await path.attest(key)
    path.time.pass_(1800)
    second = await path.attest(key)
    assert second.renewed and not first.renewed
    assert second.session_id == first.session_id
    assert (second.expires_at - first.expires_at).total_seconds() == 1800
    for token in (first.security_token, second.security_token):
        assert path.gate.authorize(path.call(key, token), now=path.time.wall).allowed
    path.time.pass_(2000)
    now = path.time.wall
    assert path.gate.authorize(path.call(key, second.security_token), now=now).allowed
    late = path.gate.authorize(path.call(key, first.security_token), now=now)
    assert late.code_name == "EXPIRED_TOKEN"


async def test_a_session_that_expired_is_not_renewed_but_replaced(
    path: AttestPath, key: SecretKey
) -> None:
    first = await path.attest(key)
    path.time.pass_(3601)
    second = await path.attest(key)
    assert not second.renewed
    assert second.session_id != first.session_id


async def test_a_session_that_only_the_gates_clock_calls_expired_is_replaced_at_the_next_attempt(
    path: AttestPath, key: SecretKey
) -> None:
    first = await path.attest(key)
    other = SecretKey.generate()
    path.time.pass_(3630)
    await path.attest(other, "w-2")  # the gate has seen this time
    path.time.wall -= 600
    assert (await refused(path, key)).code_name == "SESSION_INACTIVE"
    assert (await path.attest(key)).session_id != first.session_id


async def test_a49_a_key_belongs_to_one_workload_and_scope(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key)
    assert (await refused(path, key, "w-2")).code_name == "KEY_REFUSED"
    assert (await refused(path, key, scope="reading")).code_name == "KEY_REFUSED"
    # Also right after the session has ended: who knows the key shall not get it elsewhere.
    await path.attestation.endings.end_all_of("w-1", "test")
    assert (await refused(path, key, "w-2")).code_name == "KEY_REFUSED"
    again = await path.attest(key)
    assert again.session_id != attested.session_id


async def test_a50_another_key_opens_another_session_and_changes_none(
    path: AttestPath, key: SecretKey
) -> None:
    first = await path.attest(key)
    before = path.gate.session(first.session_id)
    other = SecretKey.generate()
    second = await path.attest(other)
    after = path.gate.session(first.session_id)
    assert before is not None and after is not None
    assert second.session_id != first.session_id
    assert (after.public_key, after.expires_at) == (before.public_key, before.expires_at)
    forged = path.call(other, first.security_token)
    decision = path.gate.authorize(forged, now=path.time.wall)
    assert decision.code_name == "INVALID_SIGNATURE"  # A46


async def test_a45_a_token_and_another_sessions_key_do_not_fit(
    path: AttestPath, key: SecretKey
) -> None:
    other = SecretKey.generate()
    await path.attest(key)
    theirs = await path.attest(other)
    decision = path.gate.authorize(path.call(key, theirs.security_token), now=path.time.wall)
    assert decision.code_name == "INVALID_SIGNATURE"


async def test_at_the_bound_an_execution_without_a_tie_gets_no_more_sessions(
    path: AttestPath,
) -> None:
    first = await path.attest(SecretKey.generate())
    path.time.pass_(100)
    for _ in range(3):
        await path.attest(SecretKey.generate())
    path.time.pass_(600)
    error = await refused(path, SecretKey.generate())
    assert (error.code_name, error.status) == ("LIMIT_EXCEEDED", 429)
    # None gives way, however idle: there is room when the first has expired.
    assert error.retry_after is not None
    assert error.retry_after == first.expires_at.timestamp() - path.time.wall
    assert error.retry_after > 60
    assert len(path.attestation.sessions.live_of("w-1")) == 4


async def test_at_the_bound_the_session_idle_longest_gives_way_to_who_is_tied(
    tmp_path: Path, key: SecretKey
) -> None:
    async with AttestPath(tmp_path, [execution(max_sessions=2, tie=UID)]).running() as path:
        keys = [SecretKey.generate() for _ in range(2)]
        first, second = [await path.attest(k, peer=USER) for k in keys]
        path.time.pass_(60)
        # A call keeps the first session in use: the second is idle longest.
        now = path.time.wall
        call = path.call(keys[0], first.security_token)
        assert (await path.services.ledger.authorize(call, now)).allowed
        error = await refused(path, key, peer=USER)
        assert error.status == 429  # idle for 60 s, and not for longer
        assert error.retry_after == 1
        path.time.pass_(1)
        third = await path.attest(key, peer=USER)
        states = [path.state_of(a.session_id) for a in (first, second, third)]
        assert states == ["open", "ended", "open"]
    (ended,) = path.events("SessionRevoked")
    assert ended["session"] == second.session_id
    assert "idle" in ended["reason"]


async def test_a_bound_that_was_lowered_holds_for_the_next_session(
    tmp_path: Path, key: SecretKey
) -> None:
    async with AttestPath(tmp_path, [execution(tie=UID)]).running() as path:
        for _ in range(4):
            await path.attest(SecretKey.generate(), peer=USER)
        path.registry.static.replace([execution(tie=UID, max_sessions=2)])
        path.time.pass_(61)
        await path.attest(key, peer=USER)
        assert len(path.attestation.sessions.live_of("w-1")) == 2


async def test_renewal_needs_no_room(tmp_path: Path, key: SecretKey) -> None:
    async with AttestPath(tmp_path, [execution(max_sessions=1)]).running() as path:
        first = await path.attest(key)
        assert (await path.attest(key)).session_id == first.session_id
        assert (await refused(path, SecretKey.generate())).status == 429


async def test_concurrent_attestations_never_exceed_the_bound(path: AttestPath) -> None:
    attempts = [path.attest(SecretKey.generate()) for _ in range(20)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    opened = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert len(opened) == 4
    assert len({attested.session_id for attested in opened}) == 4


async def test_the_same_key_at_once_for_two_workloads_gets_one(
    path: AttestPath, key: SecretKey
) -> None:
    outcomes = await asyncio.gather(
        path.attest(key, "w-1"), path.attest(key, "w-2"), return_exceptions=True
    )
    errors = [o for o in outcomes if isinstance(o, Refusal)]
    assert [error.code_name for error in errors] == ["KEY_REFUSED"]


async def test_a54_a_flood_from_one_address_is_answered_429_and_others_are_not(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    made.rates = attestation_rates(5, 60, monotonic=made.time.monotonic)
    async with made.running() as path:
        for _ in range(5):
            assert (await refused(path, key, "nobody")).code_name == "UNKNOWN_WORKLOAD"
        error = await refused(path, key, "nobody")
        assert (error.code_name, error.status) == ("LIMIT_EXCEEDED", 429)
        assert error.retry_after == pytest.approx(12)
        await path.attest(key, peer=Peer(address="192.0.2.2"))
        path.time.pass_(12)
        assert (await refused(path, key, "nobody")).code_name == "UNKNOWN_WORKLOAD"


def test_the_memory_of_rates_is_bounded_and_strangers_beyond_it_share_one_bucket() -> None:
    steady = [0.0]
    rates = Rates("too many", 2, 60, max_callers=3, monotonic=lambda: steady[0])
    for number in range(3):
        rates.take(f"192.0.2.{number}")
    rates.take("192.0.2.100")
    rates.take("192.0.2.101")
    with pytest.raises(Refusal):
        rates.take("192.0.2.102")
    assert len(rates) <= 4
    rates.take("192.0.2.0")  # who was known keeps a bucket
    steady[0] = 120
    rates.take("192.0.2.103")
    assert len(rates) == 1


async def test_no_session_without_its_audit_line(tmp_path: Path, key: SecretKey) -> None:
    async with AttestPath(tmp_path, [execution()]).running() as path:
        path.attestation._audit = path.attestation.endings._audit = _Failing(path.audit)
        with pytest.raises(AuditUnavailable):
            await path.attest(key)
        assert not path.attestation.sessions.live_of("w-1")


class _Failing:
    """The trail of a disk that is full."""

    def __init__(self, audit: Any) -> None:
        self.meter = audit.meter
        self.post = audit.post

    async def record(self, event: Any, state: Any = ()) -> None:
        raise AuditUnavailable


async def test_a_session_revoked_while_the_disk_was_written_is_not_handed_out(
    path: AttestPath, key: SecretKey
) -> None:
    class Slow(_Failing):
        async def record(self, event: Any, state: Any = ()) -> None:
            for session in path.attestation.sessions.live_of("w-1"):
                path.gate.revoke_session(session.id)

    path.attestation._audit = Slow(path.audit)
    assert (await refused(path, key)).code_name == "SESSION_INACTIVE"


async def test_what_happened_is_in_the_audit_and_what_was_asked_in_vain_too(
    tmp_path: Path, key: SecretKey
) -> None:
    async with AttestPath(tmp_path, [execution()]).running() as path:
        attested = await path.attest(key, proof=True)
        path.time.pass_(1)
        await path.attest(key)
        for _ in range(3):
            await refused(path, key, "nobody")
    (succeeded,) = path.events("AttestationSucceeded")
    assert succeeded["session"] == attested.session_id
    assert succeeded["public_key"] == key.public_key.to_base64()
    assert succeeded["signature"]  # the proof of possession, to be checked later
    assert attested.security_token not in json.dumps(path.lines())
    (refreshed,) = path.events("SecurityTokenRefreshed")
    assert refreshed["session"] == attested.session_id
    # One full line a second for each cause; the others are counted.
    (failed,) = path.events("AttestationFailed")
    assert (failed["workload"], failed["code_name"]) == ("nobody", "UNKNOWN_WORKLOAD")
    counted = [line["fields"] for line in path.lines() if line["kind"] == "refusals"]
    assert counted[0]["causes"] == {"attestation UNKNOWN_WORKLOAD": 3}


async def test_a_context_that_left_the_policy_is_given_to_nobody(
    path: AttestPath, key: SecretKey
) -> None:
    await path.attest(key)
    path.gate.set_policy(PolicySet.parse("name: reading\ncapabilities: []\n"))
    assert (await refused(path, key)).code_name == "SCOPE_NOT_FOUND"


async def test_no_token_outlives_its_execution(path: AttestPath, key: SecretKey) -> None:
    path.registry.register(execution("short", lifetime=100))
    attested = await path.attest(key, "short")
    assert attested.expires_at.timestamp() == path.time.wall + 100
    path.time.pass_(99.5)
    assert (await refused(path, SecretKey.generate(), "short")).code_name == "UNKNOWN_WORKLOAD"


async def test_a_key_tie_admits_its_key_only(tmp_path: Path, key: SecretKey) -> None:
    tie = KeyTie(key.public_key.thumbprint)
    async with AttestPath(tmp_path, [execution(tie=tie)]).running() as path:
        await path.attest(key)
        error = await refused(path, SecretKey.generate())
        assert error.code_name == "WORKLOAD_VERIFICATION_FAILED"
