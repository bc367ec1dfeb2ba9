"""What tokens say of agents, keys, and what issuers are trusted with, as values."""

import asyncio
import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from callgate import CallgateError, SecretKey
from callgate.attestation import (
    AgentIdentity,
    AgentIntegrity,
    AttestationClaims,
    AttestationMetadata,
    AttestationType,
    ConfirmationKey,
    InMemoryKeyResolver,
    KeyPair,
    SafetyLevel,
    TrustLevel,
)

IDENTITY = AgentIdentity("claude-4", "claude-sonnet-4", "anthropic")


def test_trust_levels_are_ordered_from_none_to_provider() -> None:
    assert sorted(TrustLevel) == [TrustLevel.NONE, TrustLevel.ENTERPRISE, TrustLevel.PROVIDER]
    assert TrustLevel.PROVIDER > TrustLevel.ENTERPRISE >= TrustLevel.ENTERPRISE
    assert TrustLevel.NONE < TrustLevel.ENTERPRISE <= TrustLevel.PROVIDER
    assert not TrustLevel.NONE >= TrustLevel.ENTERPRISE


def test_trust_levels_compare_with_their_names_only() -> None:
    assert TrustLevel.PROVIDER > "enterprise"
    assert TrustLevel("none") is TrustLevel.NONE
    with pytest.raises(ValueError):
        TrustLevel.PROVIDER > "administrator"  # noqa: B015


@pytest.mark.parametrize("member", [TrustLevel.NONE, SafetyLevel.MINIMAL, AttestationType.PROVIDER])
def test_enumerations_print_as_their_values(member: Any) -> None:
    assert str(member) == f"{member}" == member.value
    assert json.loads(json.dumps(member)) == member.value


def test_a_spiffe_id_has_the_given_domain_or_the_providers() -> None:
    assert IDENTITY.to_spiffe_id() == "spiffe://anthropic.com/model/claude-sonnet-4"
    assert (
        IDENTITY.to_spiffe_id("agents.example") == "spiffe://agents.example/model/claude-sonnet-4"
    )


def test_what_is_absent_is_left_out_of_claims() -> None:
    assert IDENTITY.to_dict() == {
        "model_family": "claude-4",
        "model_version": "claude-sonnet-4",
        "provider": "anthropic",
    }
    assert AgentIntegrity().to_dict() == {}
    assert ConfirmationKey(jwk={"kty": "OKP"}).to_dict() == {"jwk": {"kty": "OKP"}}


def test_a_hash_is_that_of_the_text_in_utf_8() -> None:
    # FIPS 180-2, appendix B.1.
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert AgentIntegrity.compute_hash("abc") == f"sha256:{abc}"
    assert AgentIntegrity.compute_hash("é") != AgentIntegrity.compute_hash("e\u0301")


def test_claims_survive_the_way_through_a_payload() -> None:
    claims = AttestationClaims(
        iss="https://issuer.example",
        sub="spiffe://agents.example/model/m",
        aud=["https://server.example"],
        iat=1,
        exp=301,
        jti="j",
        agent_identity=AgentIdentity("f", "v", "p", "d"),
        attestation_metadata=AttestationMetadata(capabilities_declared=["tool_use"]),
        nbf=1,
        agent_integrity=AgentIntegrity("sha256:0", None),
        cnf=ConfirmationKey({"kty": "OKP"}),
    )
    assert AttestationClaims.from_dict(json.loads(json.dumps(claims.to_dict()))) == claims


def test_claims_drop_members_that_are_unknown() -> None:
    payload = {
        "iss": "i", "sub": "s", "aud": "a", "iat": 1, "exp": 2, "jti": "j", "tenant": "t",
        "agent_identity": {**IDENTITY.to_dict(), "enterprise": {"org_id": "1"}},
    }  # fmt: skip
    assert AttestationClaims.from_dict(payload).agent_identity == IDENTITY


def test_a_key_pair_shows_its_public_key_alone() -> None:
    keypair = KeyPair.generate("2026-11")
    secret = keypair.private_key.to_jwk()["d"]
    shown = f"{keypair!r} {keypair} {vars_of(keypair)!r} {keypair.to_jwk()}"
    assert "2026-11" in shown
    assert secret not in shown
    assert keypair.private_key.to_bytes().hex() not in shown
    for leak in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(keypair)


def vars_of(keypair: KeyPair) -> dict[str, Any]:
    return {name: getattr(keypair, name) for name in KeyPair.__slots__}


def test_a_key_is_published_as_an_entry_of_a_jwks() -> None:
    keypair = KeyPair.generate("2026-11")
    x = keypair.public_key.to_jwk()["x"]
    assert keypair.to_jwk() == {
        "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "2026-11", "use": "sig", "alg": "EdDSA",
    }  # fmt: skip
    assert keypair.public_key_bytes() == keypair.public_key.to_bytes()


def test_a_key_without_a_name_is_named_by_its_thumbprint() -> None:
    keypair = KeyPair.generate()
    assert keypair.kid == keypair.public_key.thumbprint


def test_a_public_key_must_belong_to_the_private_one() -> None:
    key, other = SecretKey.generate(), SecretKey.generate()
    assert KeyPair(key, key.public_key, "k").public_key == key.public_key
    with pytest.raises(CallgateError) as raised:
        KeyPair(key, other.public_key, "k")
    assert raised.value.where == "public_key"


def test_a_resolver_has_keys_by_issuer_and_kid() -> None:
    keypair = KeyPair.generate("k")
    resolver = InMemoryKeyResolver()
    resolver.add_keypair("https://a.example", keypair)
    assert asyncio.run(resolver.get_key("https://a.example", "k")) == keypair.public_key
    assert asyncio.run(resolver.get_key("https://b.example", "k")) is None
    assert asyncio.run(resolver.get_key("https://a.example", "K")) is None
    assert resolver.to_jwks("https://a.example") == {"keys": [keypair.to_jwk()]}
    resolver.remove_key("https://a.example", "k")
    assert asyncio.run(resolver.get_key("https://a.example", "k")) is None


@pytest.mark.parametrize("key", [None, b"\0" * 32, {"kty": "OKP"}])
def test_a_resolver_takes_public_keys_alone(key: Any) -> None:
    with pytest.raises(TypeError):
        InMemoryKeyResolver().add_key("https://a.example", "k", key)


def test_a_key_pair_is_loaded_with_the_name_in_its_file(tmp_path: Path) -> None:
    key = SecretKey.generate()
    file = tmp_path / "key.json"
    texts = {
        "2026-11": json.dumps({**key.to_jwk(), "kid": "2026-11"}),
        key.public_key.thumbprint: json.dumps(key.to_jwk()),
    }
    for kid, text in texts.items():
        file.write_text(text)
        file.chmod(0o600)
        assert KeyPair.load(file).kid == kid
        assert KeyPair.load(file, "other").kid == "other"
    file.write_text(key.to_pem())
    assert KeyPair.load(file).kid == key.public_key.thumbprint
    file.chmod(0o640)
    with pytest.raises(CallgateError) as raised:
        KeyPair.load(file)
    assert raised.value.where == str(file)
