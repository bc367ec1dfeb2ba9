"""The border of the engine's attestation: types, what may be sent, threads, what is printed."""

import json
import threading
from typing import Any

import pytest
from callgate import CallgateError, SecretKey, TokenError
from callgate._types import Text
from callgate.attestation import _engine

NOW_MS = 1_796_083_200_000
ISSUER = "https://issuer.example"
SERVER = "https://server.example"
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "agent-7",
    "aud": SERVER,
    "agent_identity": {"model_family": "m", "model_version": "m1", "provider": "acme"},
    "attestation_metadata": {},
}


def trust_of(key: SecretKey, **fields: Any) -> _engine.AttestationTrust:
    issuer = {"issuer": ISSUER, "keys": [("key-1", key.public_key)], **fields}
    return _engine.AttestationTrust([issuer])


def verifier_of(key: SecretKey, **expectations: Any) -> _engine.AttestationVerifier:
    return _engine.AttestationVerifier(trust_of(key), **{"audience": SERVER, **expectations})


def issue(key: SecretKey, **more: Any) -> str:
    return _engine.issue_attestation({**CLAIMS, **more}, key, NOW_MS, key_id="key-1", lifetime=300)


def test_a_token_of_any_text_gives_a_verdict(key: SecretKey) -> None:
    verifier = verifier_of(key)
    tokens: list[Text] = ["", "\ud800", "a" * 20_000, b"\xff", bytearray(b"a.b"), memoryview(b"x")]
    for token in tokens:
        verdict = verifier.verify(token, NOW_MS)
        assert (verdict.verified, verdict.reason) == (False, "malformed")
    proof = verifier.verify(
        issue(key, cnf={"jwk": key.public_key.to_jwk()}),
        NOW_MS,
        proof="\udfff",
        method="ping",
        request_hash=bytes(32),
    )
    assert (proof.reason, proof.where) == ("proof", "proof")


def test_a_token_that_is_no_text_is_the_callers_mistake(key: SecretKey) -> None:
    verifier: Any = verifier_of(key)
    with pytest.raises(TypeError, match=r"^token must be"):
        verifier.verify(7, NOW_MS)
    with pytest.raises(TypeError, match=r"^proof must be"):
        verifier.verify("a.b.c", NOW_MS, proof=7, method="x", request_hash=bytes(32))
    with pytest.raises(TypeError, match=r"^method must be"):
        verifier.verify("a.b.c", NOW_MS, proof="a.b.c", request_hash=bytes(32))
    with pytest.raises(ValueError, match=r"^request_hash must be 32 bytes"):
        verifier.verify("a.b.c", NOW_MS, proof="a.b.c", method="x", request_hash=b"x")
    with pytest.raises(TypeError, match="not both"):
        verifier.verify("a.b.c", NOW_MS, proof="a.b.c", proven_key=key.public_key)
    with pytest.raises(ValueError, match=r"^era must be"):
        verifier.verify("a.b.c", NOW_MS, era="future")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"level": "root"}, ValueError),
        ({"level": "none"}, CallgateError),
        ({"lowest_safety_level": "high"}, ValueError),
        ({"keys": ["key-1"]}, TypeError),
        ({"trust_domains": "acme.example"}, TypeError),
        ({"trust_domains": ["Acme"]}, CallgateError),
        ({"trust_domain": ["acme.example"]}, TypeError),
        ({"longest_lifetime": 86_401}, CallgateError),
    ],
)
def test_a_trust_refuses_what_it_does_not_know(
    key: SecretKey, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        trust_of(key, **fields)


@pytest.mark.parametrize(
    ("expectations", "error"),
    [
        ({"policy": "strict"}, ValueError),
        ({"any_audience": True}, CallgateError),
        ({"audience": None}, CallgateError),
        ({"skew": 61}, CallgateError),
        ({"required_claims": "iss"}, TypeError),
        ({"config_hash": "x"}, CallgateError),
    ],
)
def test_a_verifier_refuses_expectations_that_mean_nothing(
    key: SecretKey, expectations: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        verifier_of(key, **expectations)


def test_a_refused_verdict_names_the_token_for_the_record(key: SecretKey) -> None:
    verdict = verifier_of(key).verify(issue(key), NOW_MS)
    refused = verdict.refused("replay")
    assert (refused.verified, refused.admitted, refused.reason) == (False, False, "replay")
    assert (refused.issuer, refused.token_id) == (ISSUER, verdict.token_id)
    assert (refused.subject, refused.claims_json, refused.replay_key) == (None, None, None)
    with pytest.raises(ValueError, match="no reason has that name"):
        verdict.refused("bad")


def test_what_is_printed_holds_nothing_of_the_token(key: SecretKey) -> None:
    verifier = verifier_of(key)
    assert repr(verifier.verify(issue(key), NOW_MS)) == "<AttestationVerdict verified>"
    assert repr(verifier.verify("a.b.c", NOW_MS)) == "<AttestationVerdict refused: malformed>"


def test_of_threads_that_race_one_token_one_is_verified(key: SecretKey) -> None:
    verifier, seen, token = verifier_of(key), _engine.SeenTable(), issue(key)
    reasons: list[str | None] = []
    start = threading.Barrier(8)

    def race() -> None:
        start.wait()
        reasons.append(verifier.verify(token, NOW_MS, seen=seen).reason)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reasons, key=str) == [None, *["replay"] * 7]
    assert len(seen) == 1


def test_a_change_of_trust_counts_at_once(key: SecretKey) -> None:
    verifier = verifier_of(key)
    verdict = verifier.verify(issue(key), NOW_MS)
    denied = trust_of(key, denied_key_ids=["key-1"])
    verifier.set_trust(denied)
    assert denied.generation != verdict.generation
    assert verifier.verify(issue(key), NOW_MS).reason == "kid"
    assert verifier.judge_again(verdict).reason == "kid"
    assert verifier_of(key).judge_again(verdict, NOW_MS + 330_000).reason == "expired"


def test_a_message_is_verified_and_its_proof_used_once(key: SecretKey) -> None:
    token = issue(key, cnf={"jwk": key.public_key.to_jwk()})
    hashed = _engine.attestation_request_hash(b'{"_meta":{}}', "modern")
    proof = _engine.issue_request_proof(token, SERVER, "ping", hashed, key, NOW_MS)
    carrier = {_engine.EXTENSION: {"token": token, "proof": proof}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"_meta": carrier}}
    text = json.dumps(call)
    verifier, seen = verifier_of(key), _engine.SeenTable()
    message = _engine.read_attested_message(text)
    assert verifier.verify_message(message, NOW_MS, seen=seen).proven
    assert verifier.verify_message(message, NOW_MS, seen=seen).reason == "replay"


def test_a_store_takes_keys_in_lower_case_alone() -> None:
    seen = _engine.SeenTable(max_entries=1)
    key, end = "ab" * 32, NOW_MS + 1000
    assert seen.insert(key, key, end, NOW_MS) == "inserted"
    assert seen.insert(key, key, end, NOW_MS) == "seen"
    assert seen.insert("cd" * 32, key, end, NOW_MS) == "full"
    for bad in ["AB" * 32, "ab" * 31, "ab" * 33, "xy" * 32]:
        with pytest.raises(ValueError, match="64 lower-case hexadecimal digits"):
            seen.insert(bad, key, end, NOW_MS)


def test_a_closed_key_issues_nothing() -> None:
    key = SecretKey.generate()
    key.close()
    with pytest.raises(CallgateError):
        issue(key)


def test_what_is_not_issued_says_where(key: SecretKey) -> None:
    with pytest.raises(TokenError) as raised:
        issue(key, jti="x")
    assert (raised.value.code_name, raised.value.where) == ("INVALID_TOKEN", "/jti")
    with pytest.raises(TypeError, match=r"^claims must be"):
        _engine.issue_attestation([1], key, NOW_MS, key_id="k", lifetime=1)  # type: ignore[arg-type]
