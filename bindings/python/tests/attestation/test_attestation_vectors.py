"""Every case of tests/vectors/attestation.json."""

import json
from pathlib import Path
from typing import Any

import pytest
from callgate import CallgateError, PublicKey, SecretKey
from callgate.attestation import _engine

FILE = Path(__file__).parents[4] / "tests" / "vectors" / "attestation.json"
DATA: dict[str, Any] = json.loads(FILE.read_bytes())


def trust_of(vector: dict[str, Any]) -> _engine.AttestationTrust:
    trust = DATA["trusts"][vector["trust"]]
    issuers = [
        {**fields, "keys": [(kid, PublicKey.from_base64(key)) for kid, key in fields["keys"]]}
        for fields in trust["issuers"]
    ]
    options = {name: value for name, value in trust.items() if name != "issuers"}
    return _engine.AttestationTrust(issuers, **options)


def verifier_of(vector: dict[str, Any]) -> _engine.AttestationVerifier:
    expectations = vector.get("expectations", {"audience": "https://server.example"})
    return _engine.AttestationVerifier(trust_of(vector), **expectations)


def verify(
    verifier: _engine.AttestationVerifier,
    step: dict[str, Any],
    seen: _engine.SeenTable | None = None,
) -> _engine.AttestationVerdict:
    token = bytes.fromhex(step["token_hex"]) if "token_hex" in step else step["token"]
    proven = step.get("proven_key")
    hashed = step.get("request_hash_hex")
    return verifier.verify(
        token,
        step["now_ms"],
        proof=step.get("proof"),
        method=step.get("method"),
        request_hash=None if hashed is None else bytes.fromhex(hashed),
        proven_key=None if proven is None else PublicKey.from_base64(proven),
        era=step.get("era", "legacy"),
        seen=seen,
    )


@pytest.mark.vectors("attestation.json", "verdicts")
def test_tokens_get_their_verdicts(vector: dict[str, Any]) -> None:
    expected = vector["verdict"]
    verdict = verify(verifier_of(vector), vector)
    assert (verdict.verified, verdict.admitted) == (expected["verified"], expected["admitted"])
    assert (verdict.reason, verdict.where) == (expected.get("reason"), expected.get("where"))
    assert verdict.needs_key is expected.get("needs_key", False)
    assert verdict.trust_level == expected.get("trust_level", "none")
    for name in ["audience_checked", "proven"]:
        assert getattr(verdict, name) is expected.get(name, False)
    for name in ["issuer", "key_id", "subject", "token_id", "replay_key", "replay_bucket"]:
        assert getattr(verdict, name) == expected.get(name)
    assert verdict.confirmation_jkt == expected.get("confirmation_jkt")
    assert verdict.expires_at == expected.get("expires_at_ms")
    assert verdict.replay_expires_at == expected.get("replay_expires_at_ms")
    if verdict.verified:
        assert verdict.claims_json is not None
        assert json.loads(verdict.claims_json)["sub"] == verdict.subject
    else:
        assert verdict.claims_json is None


@pytest.mark.vectors("attestation.json", "sequences")
def test_what_is_used_again_is_told_apart(vector: dict[str, Any]) -> None:
    verifier = verifier_of(vector)
    bounds = {name: vector[name] for name in ["max_entries", "max_per_bucket"] if name in vector}
    seen = _engine.SeenTable(**bounds)
    for step in vector["steps"]:
        verdict = verify(verifier, step, seen)
        assert verdict.reason == step.get("reason")
        assert verdict.replay_key is None


@pytest.mark.vectors("attestation.json", "messages")
def test_messages_are_read(vector: dict[str, Any]) -> None:
    if "code" in vector:
        with pytest.raises(CallgateError) as raised:
            _engine.read_attested_message(vector["json"].encode())
        assert raised.value.code_name == vector["code"]
        assert raised.value.where == vector.get("where", raised.value.where)
        return
    message = _engine.read_attested_message(vector["json"].encode())
    id_json = None if message.id_json is None else message.id_json.decode()
    assert (message.kind, id_json) == (vector["kind"], vector.get("id_json"))
    assert (message.method, message.era) == (vector.get("method"), vector.get("era", "legacy"))
    assert (message.token, message.proof) == (vector.get("token"), vector.get("proof"))
    assert message.carrier_fault == vector.get("carrier_fault")
    assert message.unhashable == vector.get("unhashable")
    if "request_hash_hex" in vector:
        assert message.request_hash is not None
        assert message.request_hash.hex() == vector["request_hash_hex"]


@pytest.mark.vectors("attestation.json", "hashes")
def test_params_are_hashed(vector: dict[str, Any]) -> None:
    if "hash_hex" in vector:
        hashed = _engine.attestation_request_hash(vector["params"], vector["era"])
        assert hashed.hex() == vector["hash_hex"]
        return
    with pytest.raises(CallgateError) as raised:
        _engine.attestation_request_hash(vector["params"], vector["era"])
    assert raised.value.code_name == vector["code"]
    assert raised.value.where == vector.get("where", raised.value.where)


@pytest.mark.vectors("attestation.json", "jwks")
def test_key_sets_are_read(vector: dict[str, Any]) -> None:
    if "code" in vector:
        with pytest.raises(CallgateError) as raised:
            _engine.read_attestation_jwks(vector["json"])
        assert raised.value.code_name == vector["code"]
        return
    keys, skipped = _engine.read_attestation_jwks(vector["json"])
    assert [[kid, key.to_base64()] for kid, key in keys] == vector["keys"]
    assert [index for index, _ in skipped] == vector["skipped"]


@pytest.mark.vectors("attestation.json", "issued")
def test_tokens_are_issued_or_say_what_is_wrong(vector: dict[str, Any]) -> None:
    key = SecretKey.from_bytes(bytes.fromhex(vector["seed_hex"]))
    options = {"key_id": vector["key_id"], "lifetime": vector["lifetime"]}
    if "token" in vector:
        now_ms = vector["now_ms"]
        assert (
            _engine.issue_attestation(vector["claims"], key, now_ms, **options) == vector["token"]
        )
        signed = _engine.attestation_signing_input(vector["claims"], now_ms, **options)
        assert signed.decode() == vector["token"].rpartition(".")[0]
        return
    with pytest.raises(CallgateError) as raised:
        _engine.issue_attestation(vector["claims"], key, vector["now_ms"], **options)
    assert raised.value.code_name == vector["code"]
    assert raised.value.where == vector["where"]


@pytest.mark.vectors("attestation.json", "reasons")
def test_reasons_have_their_codes(vector: dict[str, Any]) -> None:
    reason = _engine.REASONS[vector["name"]]
    assert reason.code == vector["code"]
    assert reason.http_status == vector["http_status"]
    assert reason.legacy_code == vector["legacy_code"]
    assert len(_engine.REASONS) == len(DATA["reasons"])
