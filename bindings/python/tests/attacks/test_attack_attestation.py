"""Attestation: who gets a session, with which key, for what, and how often."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from callgate import SecretKey, canonicalize
from callgate.gateway.config import ConfigError, load_config
from gateway_process import running, write_gateway
from signing import claims_of
from world import ATTEST, WORKLOAD, World, mark

attack = pytest.mark.attack
SMALL_ORDER = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
]
# y = p + 1: a second spelling of 1.
NON_CANONICAL = bytes.fromhex("ee" + "ff" * 30 + "7f")


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


@attack("A9", "A55")
def test_a_key_is_strong_and_has_one_spelling(here: World) -> None:
    with SecretKey.generate() as key:
        raw, good = key.public_key.to_bytes(), key.public_key.to_base64()
        spki = bytes.fromhex("302a300506032b6570032100") + raw
        refused_keys = [
            *map(base64_of, SMALL_ORDER),
            base64_of(NON_CANONICAL),
            base64_of(b"\xff" * 32),
            raw.hex(),
            base64_of(raw.hex().encode()),
            key.public_key.to_pem(),
            base64_of(spki),
            base64_of(raw[:31]),
            base64_of(raw + b"\0"),
            good + "\n",
            " " + good,
            good.rstrip("="),
            good + "=",
            "",
        ]
        for text in refused_keys:
            for generation, number in (("A", 3003), ("B", 3003), ("C", 3002)):
                answer = here.attest(text, "files", generation=generation)
                assert (answer.status, answer.code, answer.number) == (401, "KEY_REFUSED", number)
        assert here.attest(good, "files").code is None


@attack("A9")
def test_what_anybody_can_sign_for_has_no_session(here: World) -> None:
    # With the all-zero key, R = identity and S = 0 verify for one message in eight or more.
    agent, id = here.agent(), mark()
    forged = here.read_as(agent, id, signature=base64_of(b"\x01" + bytes(63)))
    assert here.verdict(forged) == "INVALID_SIGNATURE"
    assert here.times(id) == 0


@attack("A49")
def test_a_key_that_somebody_else_attests_is_of_no_use_to_them(here: World) -> None:
    victim, thief, id = here.agent(), here.agent("any"), mark()
    public = victim.key.public_key.to_base64()
    # It renews the victim's own session, which needs the victim's key,
    answer = here.attest(public, victim.scope)
    assert answer.body["session_id"] == victim.session
    stolen = here.read_as(victim, id, token=answer.body["security_token"], key=thief.key)
    assert here.verdict(stolen) == "INVALID_SIGNATURE"
    # and never makes another of it: one key, one workload, one scope.
    for scope, workload in (("any", WORKLOAD), (victim.scope, here.own_execution(victim.scope))):
        assert here.attest(public, scope, workload).code == "KEY_REFUSED"
    assert here.verdict(here.read_as(victim, id)) is None
    assert here.times(id) == 1


@attack("A49")
def test_where_a_proof_is_required_only_the_keys_holder_attests(here: World) -> None:
    workload = here.own_execution("files", require_proof=True)
    with SecretKey.generate() as key, SecretKey.generate() as stranger:
        public = key.public_key.to_base64()
        assert here.attest(public, "files", workload).code == "KEY_REFUSED"
        claims: dict[str, Any] = {
            "public_key": public,
            "scope": "files",
            "timestamp": int(time.time()),
            "workload_id": workload,
        }
        message = canonicalize(json.dumps(claims))
        proofs = {"stranger's": stranger.sign(message), "own": key.sign(message)}
        codes = {
            whose: here.attest(
                public,
                "files",
                workload,
                proof=base64_of(proof),
                proof_timestamp=claims["timestamp"],
            ).code
            for whose, proof in proofs.items()
        }
        assert codes == {"stranger's": "KEY_REFUSED", "own": None}
        again = here.attest(
            public,
            "files",
            workload,
            proof=base64_of(proofs["own"]),
            proof_timestamp=claims["timestamp"],
        )
        assert again.code == "REPLAY_DETECTED"


@attack("A50")
def test_an_attestation_never_changes_anothers_session(here: World) -> None:
    workload = here.own_execution("files")
    victim = here.agent("files", workload)
    attacker, id = here.agent("files", workload), mark()
    assert attacker.session != victim.session
    assert here.verdict(here.read_as(victim, id)) is None
    assert here.verdict(here.read_as(victim, id, key=attacker.key)) == "INVALID_SIGNATURE"
    assert here.times(id) == 1


@attack("A51")
def test_what_a_tie_asks_for_cannot_be_left_out(here: World) -> None:
    with SecretKey.generate() as key, SecretKey.generate() as stranger:
        tied = here.own_execution("files", tie={"key": key.public_key.thumbprint})
        secret = here.own_execution("files", tie={"enrolment_secret_sha256": "0" * 64})
        uid = here.own_execution("files", tie={"uid": 0})
        certificate = here.own_execution("files", tie={"certificate": "A" * 43})
        public = stranger.public_key.to_base64()
        for workload in (tied, secret, uid, certificate):
            for more in ({}, {"container_id": workload}, {"agent_id": "a", "execution_id": "b"}):
                answer = here.attest(public, "files", workload, **more)
                assert answer.code == "WORKLOAD_VERIFICATION_FAILED"
        assert here.attest(public, "files", tied, enrolment_secret="0" * 64).code is not None
        assert here.attest(key.public_key.to_base64(), "files", tied).code is None


@attack("A51")
@pytest.mark.parametrize("workload", ["exec-none", "EXEC-1", "exec-1 ", "", "../exec-1", "*"])
def test_a_workload_that_nobody_runs_is_unknown(here: World, workload: str) -> None:
    with SecretKey.generate() as key:
        for generation, number in (("A", 3000), ("B", 3000), ("C", 3000)):
            answer = here.attest(key.public_key.to_base64(), "files", workload, generation)
            assert (answer.status, answer.code, answer.number) == (401, "UNKNOWN_WORKLOAD", number)


@attack("A51")
@pytest.mark.parametrize("without", ["public_key", "workload_id", "requested_scope"])
def test_a_member_that_is_needed_cannot_be_left_out(here: World, without: str) -> None:
    with SecretKey.generate() as key:
        body = {"public_key": key.public_key.to_base64(), "workload_id": WORKLOAD}
        body["requested_scope"] = "files"
        del body[without]
        response = here.http.post(ATTEST["B"], json=body)
        assert response.status_code == 400
        assert response.json()["error"]["name"] == "INVALID_ENVELOPE"


@attack("A52")
def test_what_a_caller_says_of_itself_counts_for_nothing(here: World) -> None:
    workload = here.own_execution("files")
    claims = {
        "tier": "enterprise",
        "zaru_tier": "enterprise",
        "tenant_id": "other",
        "user_id": "root",
        "principal_subject": "admin",
        "role": "admin",
    }
    with SecretKey.generate() as key:
        public = key.public_key.to_base64()
        assert here.attest(public, "any", workload, **claims).code == "SCOPE_NOT_FOUND"
        # Two names of the scope that differ are a contradiction.
        answer = here.attest(public, "files", workload, security_context="any")
        assert answer.code == "INVALID_ENVELOPE"
        answer = here.attest(public, "files", workload, **claims)
        assert answer.code is None
    known = claims_of(answer.body["security_token"])
    assert (known["sub"], known["scp"]) == (workload, "files")
    assert not {*claims, "tier"} & known.keys()


@attack("A52")
def test_headers_and_queries_name_no_context(here: World) -> None:
    agent = here.agent("nothing")
    headers = {"X-Zaru-Security-Context": "any", "X-Security-Context": "any"}
    answer = here.post(here.read_as(agent, mark()), **headers)
    assert answer.code == "TOOL_NOT_ALLOWED"
    headers["authorization"] = f"Bearer {agent.token}"
    listing = here.http.get("/v1/smcp/tools?security_context=any", headers=headers).json()
    assert (listing["security_context"], listing["tools"]) == ("nothing", [])


@attack("A53")
@pytest.mark.parametrize(
    "scope",
    [
        *("files ", " files", "FILES", "../any", "files\u0000", "files\n", "", "*", "file"),
        *("files-x", "x" * 100_000, "any,files", "f\u0456les"),
    ],
    ids=lambda scope: ascii(scope[:20]),
)
def test_a_scope_is_one_of_the_executions_own_by_its_exact_name(here: World, scope: str) -> None:
    workload = here.own_execution("files")
    with SecretKey.generate() as key:
        answer = here.attest(key.public_key.to_base64(), scope, workload)
    assert (answer.status, answer.code, answer.number) == (403, "SCOPE_NOT_FOUND", 3001)


@attack("A54")
def test_a_flood_of_attestations_is_told_to_wait_and_opens_no_more_than_its_bound(
    here: World,
) -> None:
    workload = here.own_execution("files", max_sessions=3)
    answers = []
    for _ in range(20):
        with SecretKey.generate() as key:
            answers.append(here.attest(key.public_key.to_base64(), "files", workload))
    assert [answer.status for answer in answers] == [200] * 3 + [429] * 17
    assert all(answer.code == "LIMIT_EXCEEDED" for answer in answers[3:])
    sessions = here.operator.get("/admin/v1/sessions", params={"workload_id": workload}).json()
    assert len(sessions["sessions"]) == 3


@attack("A54", "A62")
def test_one_address_has_an_allowance_whatever_headers_say(tmp_path: Path) -> None:
    limits = {"attestations_per_address": 5, "attestation_seconds": 3600}
    with (
        running(write_gateway(tmp_path / "g", limits=limits, upstreams={})) as gateway,
        gateway.agent(trust_env=False) as client,
    ):
        replies = []
        for n in range(8):
            with SecretKey.generate() as key:
                body = {"public_key": key.public_key.to_base64(), "workload_id": f"exec-{n}"}
                headers = {"x-forwarded-for": f"192.0.2.{n}", "forwarded": f"for=192.0.2.{n}"}
                body["requested_scope"] = "clock"
                replies.append(client.post(ATTEST["B"], json=body, headers=headers))
        assert [reply.status_code for reply in replies[5:]] == [429] * 3
        assert {reply.json()["error"]["name"] for reply in replies[5:]} == {"LIMIT_EXCEEDED"}
        assert all(int(reply.headers["retry-after"]) > 0 for reply in replies[5:])


@attack("A62")
@pytest.mark.parametrize(
    "change",
    [
        {"development": True, "listen": {"address": "0.0.0.0"}},
        {"development": True, "listen": {"address": "::"}},
        {"admin": {"address": "0.0.0.0", "credential": "file:credential"}},
        {"auth": {"disabled": True}},
        {"bootstrap_session": {"public_key": base64_of(bytes(32)), "scope": "any"}},
        {"issuer": {"key": "issuer.pem", "verify": False}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_gateway_with_a_back_door_starts_where_others_can_connect(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError):
        load_config(write_gateway(tmp_path / "g", **change), {})
    load_config(write_gateway(tmp_path / "g"), {})


@attack("A62")
def test_an_entry_for_a_key_without_strength_opens_nothing(here: World) -> None:
    for raw in SMALL_ORDER:
        answer = here.attest(base64_of(raw), "any", here.own_execution("any"))
        assert answer.code == "KEY_REFUSED"
