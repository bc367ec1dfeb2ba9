"""Ties to an attestation token: who attested the agent, and as whom."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from attest_path import AttestPath, execution, refused
from callgate import CallgateError, PublicKey, SecretKey
from callgate.attestation._engine import issue_attestation
from callgate.gateway.attestation.tokens import AttestationTokens
from callgate.gateway.config import AttestationIssuerSettings, AttestationSettings
from callgate.gateway.executions.all_tie import AllTie
from callgate.gateway.executions.attestation_tie import AttestationTie
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.executions.tie_json import tie_of_json
from callgate.gateway.executions.ties import AttestedAgent, Caller, KeyTie, UidTie
from callgate.gateway.issuer.signers.local import LocalSigner
from callgate.serving.peer import Peer

pytestmark = pytest.mark.anyio
ISSUER, OTHER = "https://agents.example", "https://other.example"
SUBJECT = "spiffe://agents.example/model/m-1"
GATEWAY = "https://gateway.example"
TOKEN_ID = "6f1c1c3e-8f5b-4c39-9b7e-0a3d5d0c7a11"
KEYS = {ISSUER: SecretKey.generate(), OTHER: SecretKey.generate()}
TIE = AttestationTie(ISSUER, SUBJECT)
FAILED = "WORKLOAD_VERIFICATION_FAILED"


def settings(*issuers: str, **members: Any) -> AttestationSettings:
    listed = tuple(
        AttestationIssuerSettings(issuer=name, jwks_url=f"{name}/jwks.json", **members)
        for name in issuers or (ISSUER, OTHER)
    )
    return AttestationSettings(audience=GATEWAY, issuers=listed)


class Keys:
    """The published keys of an issuer; ``down`` while it cannot be asked."""

    down = False

    def __init__(self, keys: Mapping[str, SecretKey]) -> None:
        self.keys = dict(keys)

    async def get_key(self, issuer: str, kid: str, /) -> PublicKey | None:
        if self.down:
            raise CallgateError("the issuer does not answer", "UPSTREAM_FAILED")
        key = self.keys.get(issuer) if kid == "k1" else None
        return None if key is None else key.public_key

    async def close(self) -> None:
        pass


def token(path: AttestPath, issuer: str = ISSUER, **claims: Any) -> str:
    """One that is good for the gateway unless told otherwise."""
    kid = claims.pop("kid", "k1")
    lifetime = claims.pop("lifetime", 300)
    key = claims.pop("signed_by", KEYS[issuer])
    given = {
        "iss": issuer,
        "sub": SUBJECT,
        "aud": GATEWAY,
        "agent_identity": {"model_family": "m", "model_version": "m-1", "provider": "agents"},
        "attestation_metadata": {
            "attestation_version": "0.1.0",
            "attestation_type": "provider",
            "safety_level": "standard",
            "capabilities_declared": [],
        },
        **claims,
    }
    now = round(path.time.wall * 1000)
    return issue_attestation(json.dumps(given), key, now, key_id=kid, lifetime=lifetime)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"jwks_url": "https://a.example/jwks.json", "jwks_file": Path("jwks.json")},
        {"jwks_file": Path("jwks.json"), "jwks_ca": Path("ca.pem")},
        {"jwks_url": "ftp://a.example/jwks.json"},
    ],
)
def test_an_issuer_has_one_place_of_its_keys(members: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        AttestationIssuerSettings(issuer=ISSUER, **members)


def attested_agent(**members: Any) -> AttestedAgent:
    given = {
        "issuer": ISSUER,
        "subject": SUBJECT,
        "audience": None,
        "trust_level": "provider",
        "key_id": "k1",
        "token_id": "t1",
        "expires_at": 1.0,
    }
    return AttestedAgent(**{**given, **members})


@pytest.fixture
def keys() -> Keys:
    return Keys(KEYS)


@pytest.fixture
async def path(tmp_path: Path, keys: Keys) -> AsyncIterator[AttestPath]:
    elsewhere = AttestationTie(ISSUER, SUBJECT, audience="https://elsewhere.example")
    entries = [
        execution(tie=TIE),
        execution("w-2", tie=TIE),
        execution("elsewhere", tie=elsewhere),
        execution("both", tie=AllTie((TIE, UidTie(7)))),
    ]
    tokens = AttestationTokens(settings(), lambda one: keys)
    async with AttestPath(tmp_path, entries, tokens=tokens).running() as made:
        yield made


@pytest.mark.parametrize(
    "members",
    [
        {"issuer": OTHER},
        {"issuer": f"{ISSUER}/"},
        {"subject": f"{SUBJECT}/x"},
        {"subject": SUBJECT.upper()},
        {"audience": GATEWAY},
    ],
)
def test_a_tie_holds_for_its_issuer_and_subject_alone(members: dict[str, str]) -> None:
    caller = Caller("k" * 43, Peer(), attested=attested_agent())
    assert TIE.holds(caller, {})
    other = Caller("k" * 43, Peer(), attested=attested_agent(**members))
    assert not TIE.holds(other, {})
    assert not TIE.holds(Caller("k" * 43, Peer()), {})


@pytest.mark.parametrize(
    ("least", "level", "holds"),
    [
        (None, "enterprise", True),
        ("enterprise", "enterprise", True),
        ("enterprise", "provider", True),
        ("provider", "enterprise", False),
        ("enterprise", "none", False),
    ],
)
def test_a_tie_asks_for_a_level_or_a_higher_one(least: Any, level: str, holds: bool) -> None:
    tie = AttestationTie(ISSUER, SUBJECT, trust_level=least)
    caller = Caller("k" * 43, Peer(), attested=attested_agent(trust_level=level))
    assert tie.holds(caller, {}) is holds


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"issuer": ISSUER},
        {"issuer": ISSUER, "subject": ""},
        {"issuer": ISSUER, "subject": 7},
        {"issuer": ISSUER, "subject": SUBJECT, "trust_level": "none"},
        {"issuer": ISSUER, "subject": SUBJECT, "sub": SUBJECT},
        "https://agents.example",
    ],
)
def test_what_names_no_issuer_and_subject_is_no_tie(detail: Any) -> None:
    with pytest.raises(CallgateError):
        tie_of_json({"attestation": detail})


def test_an_attestation_tie_comes_back_from_the_journal() -> None:
    full = AttestationTie(ISSUER, SUBJECT, audience=GATEWAY, trust_level="enterprise")
    for tie in (TIE, full, AllTie((full, UidTie(1)))):
        assert tie_of_json(tie.to_json()) == tie


def test_a_tie_to_attestation_needs_issuers() -> None:
    entry = execution("tied", tie=TIE, lifetime=60.0)
    with pytest.raises(CallgateError, match="configure attestation"):
        ExecutionRegistry().register(entry)
    registered, _ = ExecutionRegistry(takes_attestations=True).register(entry)
    assert registered.tie == TIE


async def test_a_token_opens_a_session_of_its_subject(path: AttestPath, key: SecretKey) -> None:
    opened = await path.attest(key, attestation_token=token(path))
    session = path.attestation.sessions.get(opened.session_id)
    assert session is not None and session.subject is not None
    assert (session.subject.name, session.subject.source) == (SUBJECT, "attestation")
    (event,) = path.events("AttestationSucceeded")
    said = (event["attestation_issuer"], event["attestation_subject"], event["trust_level"])
    assert said == (ISSUER, SUBJECT, "provider")
    # Nothing outlives the token.
    assert opened.expires_at.timestamp() <= path.time.wall + 300


@pytest.mark.parametrize(
    ("claims", "cause"),
    [
        ({"aud": "https://elsewhere.example"}, "attestation.audience"),
        ({"kid": "k2"}, "attestation.kid"),
        ({"signed_by": SecretKey.generate()}, "attestation.signature"),
        ({"lifetime": 3600}, "attestation.lifetime"),
        ({"iss": "https://agents.example.org"}, "attestation.untrusted_issuer"),
    ],
)
async def test_a_token_that_does_not_verify_opens_nothing(
    path: AttestPath, key: SecretKey, claims: dict[str, Any], cause: str
) -> None:
    refusal = await refused(path, key, attestation_token=token(path, **claims))
    assert (refusal.code_name, refusal.details) == (FAILED, {"cause": cause})
    assert len(path.attestation.sessions) == 0


async def test_a_missing_and_another_agents_token_open_nothing(
    path: AttestPath, key: SecretKey
) -> None:
    assert (await refused(path, key)).details == {"cause": "attestation.not_provided"}
    other = token(path, sub="spiffe://agents.example/model/m-2")
    refusal = await refused(path, key, attestation_token=other)
    assert (refusal.code_name, refusal.details) == (FAILED, None)
    foreign = await refused(path, key, attestation_token=token(path, OTHER))
    assert (foreign.code_name, foreign.details) == (FAILED, None)
    assert "attestation_token" not in json.dumps(path.lines())


async def test_a_token_opens_one_session_also_after_a_restart(
    tmp_path: Path, keys: Keys, key: SecretKey
) -> None:
    tokens = AttestationTokens(settings(), lambda one: keys)
    first = AttestPath(tmp_path, [execution(tie=TIE), execution("w-2", tie=TIE)], tokens=tokens)
    async with first.running() as path:
        used = token(path)
        await path.attest(key, attestation_token=used)
        again = await refused(path, SecretKey.generate(), attestation_token=used)
        assert again.details == {"cause": "attestation.replay"}
        renewed = await path.attest(key, attestation_token=token(path))
        assert renewed.renewed
    async with first.running() as path:
        again = await refused(path, SecretKey.generate(), "w-2", attestation_token=used)
        assert again.details == {"cause": "attestation.replay"}
        session = path.attestation.sessions.get(renewed.session_id)
        assert session is not None and session.agent is not None
        assert session.agent.issuer == ISSUER


class FailsOnce(LocalSigner):
    """A signer that is out of reach the first time."""

    failed = False

    async def sign(self, signing_input: bytes) -> bytes:
        if not self.failed:
            self.failed = True
            raise CallgateError("no", "SIGNER_UNAVAILABLE")
        return await super().sign(signing_input)


async def test_an_attestation_that_fails_burns_no_token(
    tmp_path: Path, keys: Keys, key: SecretKey
) -> None:
    tokens = AttestationTokens(settings(), lambda one: keys)
    signer = FailsOnce(SecretKey.generate())
    once = AttestPath(tmp_path, [execution(tie=TIE)], tokens=tokens, signer=signer)
    async with once.running() as path:
        given = token(path)
        with pytest.raises(CallgateError):
            await path.attest(key, attestation_token=given)
        await path.attest(key, attestation_token=given)


async def test_a_token_with_a_key_needs_the_proof_of_that_key(
    path: AttestPath, key: SecretKey
) -> None:
    def of(holder: SecretKey) -> str:
        return token(path, cnf={"jwk": holder.public_key.to_jwk()})

    unproven = await refused(path, key, attestation_token=of(key))
    assert unproven.details == {"cause": "attestation.proof"}
    stolen = await refused(path, key, proof=True, attestation_token=of(SecretKey.generate()))
    assert stolen.details == {"cause": "attestation.proof"}
    await path.attest(key, proof=True, attestation_token=of(key))


async def test_a_tie_may_name_another_audience(path: AttestPath, key: SecretKey) -> None:
    ours = await refused(path, key, "elsewhere", attestation_token=token(path))
    assert ours.details == {"cause": "attestation.audience"}
    elsewhere = token(path, aud="https://elsewhere.example")
    await path.attest(key, "elsewhere", attestation_token=elsewhere)


async def test_all_needs_the_token_and_the_rest(path: AttestPath, key: SecretKey) -> None:
    wrong = await refused(path, key, "both", attestation_token=token(path), peer=Peer(uid=8))
    assert (wrong.code_name, wrong.details) == (FAILED, None)
    await path.attest(key, "both", attestation_token=token(path), peer=Peer(uid=7))


async def test_an_issuer_that_cannot_be_asked_denies(
    path: AttestPath, keys: Keys, key: SecretKey
) -> None:
    keys.down = True
    refusal = await refused(path, key, attestation_token=token(path))
    assert refusal.details == {"cause": "attestation.unavailable"}
    keys.down = False
    await path.attest(key, attestation_token=token(path))


@pytest.mark.parametrize(
    ("denies", "cause"),
    [
        ({"issuers": (OTHER,)}, "attestation.untrusted_issuer"),
        ({"denied_key_ids": ("k1",)}, "attestation.kid"),
        ({"denied_token_ids": (TOKEN_ID,)}, "attestation.policy"),
    ],
)
async def test_denying_issuer_key_or_token_ends_its_sessions(
    path: AttestPath, key: SecretKey, denies: dict[str, Any], cause: str
) -> None:
    assert path.tokens is not None
    opened = await path.attest(key, attestation_token=token(path, jti=TOKEN_ID))
    await path.attestation.review_attestations()
    assert path.state_of(opened.session_id) == "open"
    assert path.tokens.replace(settings(*denies.pop("issuers", ()), **denies))
    await path.attestation.review_attestations()
    assert path.state_of(opened.session_id) == "ended"
    assert [event["cause"] for event in path.events("SessionRevoked")] == [cause]


async def test_a_token_that_no_tie_asks_for_is_not_read(tmp_path: Path, key: SecretKey) -> None:
    tied = execution(tie=KeyTie(key.public_key.thumbprint))
    async with AttestPath(tmp_path, [tied]).running() as path:
        opened = await path.attest(key, attestation_token="not a token")
        assert path.state_of(opened.session_id) == "open"
