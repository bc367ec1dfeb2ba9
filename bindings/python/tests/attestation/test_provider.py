"""AttestationProvider: what it signs, and with whose key."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from callgate import CallgateError, SecretKey
from callgate.attestation import (
    AgentIdentity,
    AgentIntegrity,
    AttestationMetadata,
    AttestationProvider,
    KeyPair,
    create_anthropic_provider,
    create_test_verifier,
)
from issuing import (
    AGENT_KEY,
    IDENTITY,
    ISSUER,
    KEYPAIR,
    NOW,
    SERVER,
    issue,
    make_verifier,
    run,
    verify,
)


def part(token: str, index: int) -> dict[str, Any]:
    text = token.split(".")[index]
    value: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return value


def test_a_token_has_the_claims_that_every_verifier_reads() -> None:
    token = issue()
    assert part(token, 0) == {"alg": "EdDSA", "typ": "JWT", "kid": KEYPAIR.kid}
    claims = part(token, 1)
    assert claims.pop("jti")
    assert claims == {
        "iss": ISSUER,
        "sub": "spiffe://anthropic.com/model/claude-sonnet-4",
        "aud": SERVER,
        "iat": NOW - 5,
        "nbf": NOW - 5,
        "exp": NOW + 295,
        "agent_identity": IDENTITY.to_dict(),
        "attestation_metadata": AttestationMetadata().to_dict(),
    }


def test_no_two_tokens_have_the_same_id() -> None:
    assert len({part(issue(), 1)["jti"] for _ in range(100)}) == 100


def test_a_token_may_be_for_several_servers() -> None:
    token = issue(audience=["https://other.example", SERVER])
    assert part(token, 1)["aud"] == ["https://other.example", SERVER]
    assert verify(make_verifier(), token)


def test_integrity_is_left_out_where_it_says_nothing() -> None:
    assert "agent_integrity" not in part(issue(integrity=AgentIntegrity()), 1)
    digest = AgentIntegrity.compute_hash("You are a helpful assistant")
    integrity = AgentIntegrity(system_prompt_hash=digest)
    token = issue(integrity=integrity)
    assert part(token, 1)["agent_integrity"] == {"system_prompt_hash": digest}
    assert verify(make_verifier(system_prompt_hash=digest), token)


def test_a_confirmation_key_stands_in_cnf_without_more() -> None:
    token = issue(confirmation_key=AGENT_KEY.public_key)
    assert part(token, 1)["cnf"] == {"jwk": AGENT_KEY.public_key.to_jwk()}


def test_the_subject_may_be_in_a_domain_of_the_issuer() -> None:
    provider = AttestationProvider(ISSUER, KEYPAIR, trust_domain="agents.example")
    token = provider.create_token(IDENTITY, SERVER)
    assert part(token, 1)["sub"] == "spiffe://agents.example/model/claude-sonnet-4"


class ElsewhereSigner:
    """A key that its owner alone can use."""

    kid = KEYPAIR.kid

    def __init__(self) -> None:
        self.signed: list[bytes] = []

    def sign(self, message: bytes) -> bytes:
        self.signed.append(message)
        return KEYPAIR.sign(message)


def test_a_key_held_elsewhere_can_sign() -> None:
    signer = ElsewhereSigner()
    token = AttestationProvider(ISSUER, signer).create_token(IDENTITY, SERVER, now=NOW)
    assert [token.rpartition(".")[0].encode()] == signer.signed
    assert verify(make_verifier(), token)


def test_a_signature_that_is_none_makes_no_token() -> None:
    class Broken(ElsewhereSigner):
        def sign(self, message: bytes) -> bytes:
            return b"short"

    with pytest.raises(CallgateError):
        AttestationProvider(ISSUER, Broken()).create_token(IDENTITY, SERVER)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"audience": ""}, "aud"),
        ({"audience": []}, "aud"),
        ({"audience": ["https://a.example"] * 9}, "aud"),
        ({"metadata": AttestationMetadata(attestation_type="root")}, "attestation_type"),
        ({"metadata": AttestationMetadata(safety_level="none")}, "safety_level"),
        ({"metadata": AttestationMetadata(attestation_version="9.0.0")}, "attestation_version"),
        ({"metadata": AttestationMetadata(capabilities_declared=[""])}, "capabilities_declared"),
        ({"integrity": AgentIntegrity(config_hash="md5:0")}, "config_hash"),
    ],
)
def test_what_would_not_verify_everywhere_is_not_signed(
    options: dict[str, Any], where: str
) -> None:
    with pytest.raises(CallgateError) as raised:
        issue(**options)
    assert where in (raised.value.where or "")


@pytest.mark.parametrize(
    "identity",
    [
        AgentIdentity("claude-4", "claude:sonnet 4", "anthropic"),
        AgentIdentity("claude-4", "..", "anthropic"),
        AgentIdentity("claude-4", "claude-sonnet-4", "Anthropic Inc"),
        AgentIdentity("", "claude-sonnet-4", "anthropic"),
        AgentIdentity("claude-4", "claude-sonnet-4", "anthropic", ""),
    ],
)
def test_an_identity_that_verifiers_refuse_is_not_signed(identity: AgentIdentity) -> None:
    with pytest.raises(CallgateError):
        AttestationProvider(ISSUER, KEYPAIR).create_token(identity, SERVER)


@pytest.mark.parametrize("lifetime", [0, -1, 86401, 0.5])
def test_a_lifetime_is_whole_seconds_up_to_a_day(lifetime: Any) -> None:
    with pytest.raises(CallgateError):
        AttestationProvider(ISSUER, KEYPAIR, lifetime).create_token(IDENTITY, SERVER)


def test_a_closed_key_signs_nothing() -> None:
    with SecretKey.generate() as key:
        provider = AttestationProvider(ISSUER, KeyPair(key))
    with pytest.raises(CallgateError):
        provider.create_token(IDENTITY, SERVER)


def test_the_ready_made_provider_and_verifier_fit_together() -> None:
    provider, keypair = create_anthropic_provider()
    verifier = create_test_verifier(keypair)
    assert run(verifier.verify(provider.create_token(IDENTITY, SERVER)))
