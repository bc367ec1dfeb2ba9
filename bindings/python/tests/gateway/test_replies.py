"""From refusals, decisions and faults to statuses and bodies, the one place where it happens."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
from call_path import check_failure
from callgate import TokenError, _native
from callgate._error_codes import MEANINGS
from callgate._generations import GENERATIONS, Protocol
from callgate.gateway.wire import replies
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.bounds import Bound, OutOfBounds

STATUSES = {
    "INVALID_ENVELOPE": 400,
    "INVALID_SIGNATURE": 401,
    "EXPIRED_TOKEN": 401,
    "INVALID_TOKEN": 401,
    "REPLAY_DETECTED": 401,
    "UNKNOWN_SESSION": 401,
    "SESSION_INACTIVE": 401,
    "TOOL_NOT_ALLOWED": 403,
    "TOOL_EXPLICITLY_DENIED": 403,
    "PATH_NOT_ALLOWED": 403,
    "DOMAIN_NOT_ALLOWED": 403,
    "COMMAND_NOT_ALLOWED": 403,
    "RATE_LIMIT_EXCEEDED": 429,
    "OUTPUT_SIZE_EXCEEDED": 403,
    "ARGUMENT_NOT_ALLOWED": 403,
    "UNKNOWN_WORKLOAD": 401,
    "SCOPE_NOT_FOUND": 403,
    "WORKLOAD_VERIFICATION_FAILED": 401,
    "KEY_REFUSED": 401,
    "CONTEXT_EXCEEDS_PARENT_CEILING": 403,
    "LEDGER_UNAVAILABLE": 503,
    "LEDGER_FULL": 503,
    "CLOCK_STEPPED": 503,
    "AUDIT_UNAVAILABLE": 503,
    "SIGNER_UNAVAILABLE": 503,
    "UPSTREAM_TIMEOUT": 504,
    "UPSTREAM_FAILED": 502,
    "LIMIT_EXCEEDED": 413,
    "INTERNAL_ERROR": 500,
    "INVALID_JSON": 400,
    "INVALID_POLICY": 400,
    "INVALID_ARGUMENT": 400,
}


def test_every_code_has_its_status() -> None:
    assert set(STATUSES) == {name for name, *_ in _native.error_codes()}


@pytest.mark.parametrize(("name", "smcp", "seal", "_"), _native.error_codes())
def test_a_refusal_is_told_in_the_numbers_of_the_era(
    name: str, smcp: int, seal: int, _: str
) -> None:
    numbers: tuple[tuple[Protocol, int], ...] = (("smcp/v1", smcp), ("seal/v1", seal))
    for protocol, number in numbers:
        reply = replies.refused(Refusal(name), protocol)
        assert reply.status == STATUSES[name]
        assert reply.code_name == name
        check_failure(reply.status, json.loads(reply.body), name, number, protocol=protocol)


def test_a_refusals_members_are_told() -> None:
    refusal = Refusal(
        "LIMIT_EXCEEDED",
        "too many",
        dispatched=False,
        retry_after=1.2,
        details={"sessions": 4},
        request_id="r",
    )
    reply = replies.refused(refusal, "smcp/v1")
    assert (reply.status, dict(reply.headers)[b"retry-after"]) == (429, b"2")
    body = json.loads(reply.body)
    assert body["dispatched"] is False
    error = body["error"]
    assert (error["message"], error["retry_after"], error["dispatched"]) == ("too many", 1.2, False)
    assert (error["details"], error["request_id"]) == ({"sessions": 4}, "r")
    timestamp = datetime.strptime(error["timestamp"], "%Y-%m-%dT%H:%M:%S.%fZ")
    assert abs((datetime.now(timezone.utc).replace(tzinfo=None) - timestamp).total_seconds()) < 60


def test_what_is_not_known_is_not_claimed() -> None:
    body = json.loads(replies.refused(Refusal("UPSTREAM_FAILED"), "smcp/v1").body)
    assert "dispatched" not in body and "dispatched" not in body["error"]
    assert "retry_after" not in body["error"]


@pytest.mark.parametrize(
    ("bound", "code_name", "status"),
    [
        ("slow_request", "LIMIT_EXCEEDED", 408),
        ("body_size", "LIMIT_EXCEEDED", 413),
        ("content_type", "INVALID_ARGUMENT", 415),
        ("content_encoding", "INVALID_ARGUMENT", 415),
        ("origin", "INVALID_ARGUMENT", 403),
    ],
)
def test_a_bound_has_the_status_that_http_has_for_it(
    bound: Bound, code_name: str, status: int
) -> None:
    refusal = OutOfBounds(bound, "over it", code_name=code_name)
    assert replies.refused(refusal, "smcp/v1").status == status


def test_a_bound_that_passes_has_429_and_when_to_come_back() -> None:
    reply = replies.refused(OutOfBounds("requests", "too many", retry_after=1), "smcp/v1")
    assert (reply.status, dict(reply.headers)[b"retry-after"]) == (429, b"1")


@pytest.mark.parametrize("name", STATUSES)
def test_operators_are_told_404_of_what_is_not_there_and_never_401(name: str) -> None:
    missing = {"UNKNOWN_WORKLOAD", "UNKNOWN_SESSION", "SCOPE_NOT_FOUND"}
    status = replies.operators_status(Refusal(name))
    assert (status == 404) is (name in missing)
    assert status != 401


def test_any_other_error_of_the_family_tells_no_more_than_its_code() -> None:
    error = TokenError("exp of w-1 has passed", "EXPIRED_TOKEN", "/exp")
    body = json.loads(replies.refused(error, "seal/v1").body)
    check_failure(401, body, "EXPIRED_TOKEN", 1003, protocol="seal/v1")
    assert body["message"] == MEANINGS["EXPIRED_TOKEN"]


def test_an_unforeseen_exception_tells_nothing() -> None:
    reply = replies.unforeseen("smcp/v1")
    body = json.loads(reply.body)
    check_failure(reply.status, body, "INTERNAL_ERROR", 9008)
    assert body["message"] == MEANINGS["INTERNAL_ERROR"]


def test_what_is_no_request_has_the_http_status() -> None:
    reply = replies.http_fault(405, "smcp/v1", ((b"allow", b"POST"),))
    assert (reply.status, dict(reply.headers)[b"allow"]) == (405, b"POST")
    check_failure(405, json.loads(reply.body), "INVALID_ARGUMENT", 9011)


@pytest.mark.parametrize(
    ("path", "protocol"),
    [
        ("/v1/seal/invoke", "seal/v1"),
        ("/v1/seal/attest", "seal/v1"),
        ("/v1/seal", "seal/v1"),
        ("/v1/seal/what/ever", "seal/v1"),
        ("/v1/sealed", "smcp/v1"),
        ("/v1/smcp/invoke", "smcp/v1"),
        ("/smcp/v1/attest", "smcp/v1"),
        ("/", "smcp/v1"),
        ("", "smcp/v1"),
    ],
)
def test_the_era_is_the_paths(path: str, protocol: Protocol) -> None:
    assert replies.protocol_of(path) == protocol


@pytest.mark.parametrize("id", [0, -7, 10**40, "", "a", 'q"\\\n\x7f\u2028é\U0001f600'])
def test_a_success_is_the_tools_bytes_under_the_callers_id(id: str | int) -> None:
    reply = replies.succeeded(id, b"result", b'{"n":1.0e2}')
    assert reply.status == 200
    assert reply.body.endswith(b',"result":{"n":1.0e2}}}')
    payload = {"jsonrpc": "2.0", "id": id, "result": {"n": 100.0}}
    assert json.loads(reply.body) == {"payload": payload}


def test_an_attestation_has_the_members_that_any_generation_reads() -> None:
    at = datetime(2027, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    statuses = {}
    for generation in GENERATIONS.values():
        body = json.loads(replies.attested(generation.protocol, "t.o.k", at, "s-1").body)
        assert body["security_token"] == "t.o.k"
        assert body["expires_at"] == "2027-01-02T03:04:05Z"
        assert body["session_id"] == "s-1"
        assert "error" not in body
        statuses[generation.name] = body["status"]
    assert statuses == {"A": "attested", "B": "attested", "C": "success"}
