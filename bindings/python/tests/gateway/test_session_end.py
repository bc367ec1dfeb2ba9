"""An agent ends its own session: with the session's key, just now, and no other way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from attest_path import PEER, AttestPath, base64_of, execution, post
from call_path import check_failure
from callgate import CallgateError, SecretKey
from callgate.audit import AuditUnavailable
from callgate.gateway.attest.end_request import EndRequest
from callgate.gateway.attest.session_end import REASON
from callgate.gateway.wire.rates import attestation_rates
from callgate.gateway.wire.refusal import Refusal

pytestmark = pytest.mark.anyio
END = {"A": "/smcp/v1/end", "B": "/v1/smcp/end", "C": "/v1/seal/end"}


def end_body(
    path: AttestPath, key: SecretKey, session_id: str, *, at: int | None = None
) -> dict[str, Any]:
    """What a client posts, signed by ``key``."""
    timestamp = int(path.time.wall) if at is None else at
    unsigned = EndRequest(session_id=session_id, proof="", proof_timestamp=timestamp)
    proof = base64_of(key.sign(unsigned.message))
    return {"session_id": session_id, "proof": proof, "proof_timestamp": timestamp}


async def end(path: AttestPath, body: dict[str, Any] | bytes) -> str:
    """``ended``, or the name of what it was refused for."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        await path.attestation.session_end.end(sent, PEER, trace_id="t-1")
    except CallgateError as error:
        return error.code_name
    return "ended"


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


def test_what_is_signed_is_the_rfc_8785_form() -> None:
    request = EndRequest(session_id='s"é', proof="", proof_timestamp=5)
    assert request.message == '{"end_session":"s\\"é","timestamp":5}'.encode()


@pytest.mark.parametrize("generation", END)
async def test_its_key_ends_a_session_on_every_path(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey, generation: str
) -> None:
    attested = await path.attest(key)
    body = end_body(path, key, attested.session_id)
    status, reply = await post(client, END[generation], body)
    assert status == 200
    assert reply == {
        "protocol": "seal/v1" if generation == "C" else "smcp/v1",
        "status": "ended",
        "session_id": attested.session_id,
    }
    call = path.call(key, attested.security_token)
    decision = path.gate.authorize(call, now=path.time.wall)
    assert decision.code_name == "SESSION_INACTIVE"


async def test_an_end_is_in_the_audit_and_outlives_a_restart(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    async with made.running() as path:
        attested = await path.attest(key)
        assert await end(path, end_body(path, key, attested.session_id)) == "ended"
    (event,) = made.events("SessionRevoked")
    assert (event["session"], event["reason"]) == (attested.session_id, REASON)
    assert event["details"] == {"state": "ended"}
    assert (event["peer"], event["trace_id"]) == (PEER.name, "t-1")
    async with made.running() as path:
        assert path.state_of(attested.session_id) == "ended"


async def test_the_execution_is_not_revoked_by_it(path: AttestPath, key: SecretKey) -> None:
    other = SecretKey.generate()
    first, theirs = await path.attest(key), await path.attest(other)
    assert await end(path, end_body(path, key, first.session_id)) == "ended"
    assert path.state_of(theirs.session_id) == "open"
    again = await path.attest(key)
    assert again.session_id != first.session_id
    assert path.state_of(again.session_id) == "open"


async def test_an_end_makes_room_at_the_bound_of_sessions(tmp_path: Path) -> None:
    async with AttestPath(tmp_path, [execution(max_sessions=1)]).running() as path:
        for _ in range(5):  # no session gives way: the execution has no tie
            key = SecretKey.generate()
            attested = await path.attest(key)
            assert await end(path, end_body(path, key, attested.session_id)) == "ended"


async def test_ending_twice_is_answered_alike_and_recorded_once(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    async with made.running() as path:
        attested = await path.attest(key)
        body = end_body(path, key, attested.session_id)
        assert set(await asyncio.gather(end(path, body), end(path, body))) == {"ended"}
        path.time.pass_(5)
        assert await end(path, end_body(path, key, attested.session_id)) == "ended"
    assert len(made.events("SessionRevoked")) == 1


async def test_a_second_request_waits_until_the_first_is_durable(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key)
    written = asyncio.Event()

    class Slow:
        async def record(self, event: Any, state: Any = (), *, ends: bool = False) -> None:
            assert ends
            await written.wait()

    path.attestation.revocation._audit = Slow()  # type: ignore[assignment]
    body = end_body(path, key, attested.session_id)
    both = asyncio.gather(end(path, body), end(path, body))
    done, _ = await asyncio.wait([both], timeout=0.05)
    assert not done and path.state_of(attested.session_id) == "ended"
    written.set()
    assert set(await both) == {"ended"}


async def test_a_revoked_session_stays_revoked(path: AttestPath, key: SecretKey) -> None:
    attested = await path.attest(key)
    await path.attestation.revocation.revoke_session(attested.session_id, "stolen")
    assert await end(path, end_body(path, key, attested.session_id)) == "ended"
    assert path.state_of(attested.session_id) == "revoked"


async def test_another_key_ends_nothing(path: AttestPath, key: SecretKey) -> None:
    attested = await path.attest(key)
    other = SecretKey.generate()
    await path.attest(other)
    assert await end(path, end_body(path, other, attested.session_id)) == "INVALID_SIGNATURE"
    assert path.state_of(attested.session_id) == "open"


async def test_a_proof_of_something_else_ends_nothing(path: AttestPath, key: SecretKey) -> None:
    attested, other = await path.attest(key), SecretKey.generate()
    theirs = await path.attest(other)
    good = end_body(path, key, attested.session_id)
    attest_proof = path.request(key, proof=True).proof
    for forged in (
        {"session_id": theirs.session_id},
        {"proof_timestamp": good["proof_timestamp"] + 1},
        {"proof": attest_proof},
        {"proof": good["proof"] + "\n"},
        {"proof": good["proof"].rstrip("=")},
        {"proof": ""},
    ):
        assert await end(path, {**good, **forged}) == "INVALID_SIGNATURE", forged
    assert {path.state_of(one.session_id) for one in (attested, theirs)} == {"open"}
    assert await end(path, good) == "ended"


async def test_an_end_is_no_proof_of_an_attestation(path: AttestPath, key: SecretKey) -> None:
    attested = await path.attest(key)
    body = end_body(path, key, attested.session_id)
    proof = {"proof": body["proof"], "proof_timestamp": body["proof_timestamp"]}
    request = replace(path.request(key), **proof)
    with pytest.raises(CallgateError) as caught:
        await path.attestation.attest(request, PEER)
    assert caught.value.code_name == "KEY_REFUSED"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        *((-31, "REPLAY_DETECTED"), (31, "REPLAY_DETECTED"), (-3600, "REPLAY_DETECTED")),
        *((-30, "ended"), (0, "ended"), (30, "ended")),
    ],
)
async def test_a_proof_is_good_for_30_seconds(
    path: AttestPath, key: SecretKey, seconds: int, expected: str
) -> None:
    attested = await path.attest(key)
    at = int(path.time.wall) + seconds
    assert await end(path, end_body(path, key, attested.session_id, at=at)) == expected
    assert path.state_of(attested.session_id) == ("ended" if expected == "ended" else "open")


async def test_a_session_that_is_not_there_is_unknown(path: AttestPath, key: SecretKey) -> None:
    for session_id in ("", "3f1c9a52-2f0e-4f55-9d51-0f8e6a2b7c11", "x" * 10_000):
        assert await end(path, end_body(path, key, session_id)) == "UNKNOWN_SESSION"


async def test_a_bearer_without_the_key_ends_nothing(
    path: AttestPath, client: httpx2.AsyncClient, key: SecretKey
) -> None:
    attested = await path.attest(key)
    bearer = {"authorization": f"Bearer {attested.security_token}"}
    good = end_body(path, key, attested.session_id)
    without = {"session_id": attested.session_id}
    with_token = {**good, "security_token": attested.security_token}
    for body in (without, with_token, {**without, "security_token": attested.security_token}):
        status, reply = await post(client, END["B"], body, bearer)
        assert status == 400
        check_failure(status, reply, "INVALID_ENVELOPE", 1000)
    stranger = end_body(path, SecretKey.generate(), attested.session_id)
    status, reply = await post(client, END["B"], stranger, bearer)
    assert status == 401
    error = check_failure(status, reply, "INVALID_SIGNATURE", 1001)
    assert error["details"] == {} and attested.session_id not in json.dumps(reply)
    assert path.state_of(attested.session_id) == "open"


@pytest.mark.parametrize(
    "change",
    [
        *({"proof": None}, {"session_id": None}, {"proof_timestamp": None}, {"extra": 1}),
        *({"proof": 1}, {"session_id": ["s"]}, {"proof_timestamp": True}, {"proof_timestamp": "1"}),
        *({"proof_timestamp": 1.5}, {"proof_timestamp": 1e20}, {"proof_timestamp": 2**80}),
    ],
)
async def test_a_body_of_another_form_is_refused(
    path: AttestPath, key: SecretKey, change: dict[str, Any]
) -> None:
    attested = await path.attest(key)
    body = {**end_body(path, key, attested.session_id), **change}
    left = {name: value for name, value in body.items() if value is not None}
    assert await end(path, left) == "INVALID_ENVELOPE"
    assert path.state_of(attested.session_id) == "open"


async def test_a_body_that_two_parsers_read_apart_is_refused(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key)
    good = json.dumps(end_body(path, key, attested.session_id)).encode()
    for body in (b'{"session_id":"other",' + good[1:], b"[]", b"", good + b" x", b"\xef\xbb\xbf"):
        assert await end(path, body) == "INVALID_ENVELOPE"
    assert await end(path, good) == "ended"


async def test_no_other_method_ends_a_session(path: AttestPath, client: httpx2.AsyncClient) -> None:
    response = await client.get(END["B"])
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


async def test_ends_and_attestations_of_an_address_share_one_rate(
    tmp_path: Path, key: SecretKey
) -> None:
    made = AttestPath(tmp_path, [execution()])
    made.rates = attestation_rates(3, 60, monotonic=made.time.monotonic)
    async with made.running() as path:
        attested = await path.attest(key)
        forged = end_body(path, SecretKey.generate(), attested.session_id)
        assert [await end(path, forged) for _ in range(3)] == [
            *["INVALID_SIGNATURE"] * 2,
            "LIMIT_EXCEEDED",
        ]


def test_a_rate_that_is_shared_says_so() -> None:
    rates = attestation_rates(1, monotonic=lambda: 0.0)
    rates.take("192.0.2.1")
    with pytest.raises(Refusal, match="too many attestations and ends from this address"):
        rates.take("192.0.2.1")


async def test_where_it_is_not_durable_the_session_has_ended_all_the_same(
    path: AttestPath, key: SecretKey
) -> None:
    attested = await path.attest(key)

    class Failing:
        async def record(self, event: Any, state: Any = (), *, ends: bool = False) -> None:
            raise AuditUnavailable

    path.attestation.revocation._audit = Failing()  # type: ignore[assignment]
    body = end_body(path, key, attested.session_id)
    assert await end(path, body) == "AUDIT_UNAVAILABLE"
    assert path.state_of(attested.session_id) == "ended"


@pytest.mark.parametrize("first", ["its agent", "the operator"])
async def test_it_is_answered_only_when_it_is_durable(
    path: AttestPath, key: SecretKey, first: str
) -> None:
    attested = await path.attest(key)
    revocation = path.attestation.revocation
    audit = revocation._audit

    class Failing:
        async def record(self, event: Any, state: Any = (), *, ends: bool = False) -> None:
            raise AuditUnavailable

    revocation._audit = Failing()  # type: ignore[assignment]
    body = end_body(path, key, attested.session_id)
    if first == "its agent":
        assert await end(path, body) == "AUDIT_UNAVAILABLE"
    else:
        with pytest.raises(AuditUnavailable):
            await revocation.revoke_session(attested.session_id, "a test")
    assert await end(path, body) == "AUDIT_UNAVAILABLE", "nor when it is asked for again"
    revocation._audit = audit
    assert [await end(path, body) for _ in range(2)] == ["ended"] * 2
    assert len(path.events("SessionRevoked")) == 1


async def test_what_was_refused_is_counted_and_not_believed(tmp_path: Path, key: SecretKey) -> None:
    made = AttestPath(tmp_path, [execution()])
    async with made.running() as path:
        attested = await path.attest(key)
        forged = end_body(path, SecretKey.generate(), attested.session_id)
        for _ in range(3):
            await end(path, forged)
        await end(path, end_body(path, key, attested.session_id, at=5))
    first, stale = made.events("SignatureVerificationFailed")
    assert first["code_name"] == "INVALID_SIGNATURE"
    assert first["peer"] == PEER.name
    assert "session" not in first
    assert (stale["code_name"], stale["cause"]) == ("REPLAY_DETECTED", "outside_window")
    (counts,) = [line["fields"] for line in made.lines() if line["kind"] == "refusals"]
    assert counts["causes"] == {"end INVALID_SIGNATURE": 3, "end REPLAY_DETECTED": 1}
