"""Tokens exchanged with other implementations of JOSE: PyJWT and joserfc."""

import json
from typing import Any

import jwt
import pytest
from callgate import SecretKey
from callgate.attestation import _engine
from joserfc import jws
from joserfc import jwt as jose
from joserfc.jwk import OKPKey
from jwt.types import Options

# Of joserfc: RFC 9864 has another name for it, which few readers of these tokens know.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")

NOW = 1_796_083_200
ISSUER = "https://issuer.example"
SERVER = "https://server.example"
HEADER = {"alg": "EdDSA", "kid": "key-1", "typ": "JWT"}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "spiffe://acme.example/model/m1",
    "aud": [SERVER, "https://other.example"],
    "iat": NOW - 5,
    "nbf": NOW - 5,
    "exp": NOW + 295,
    "jti": "0a1b2c3d-0000-4000-8000-000000000001",
    "agent_identity": {"model_family": "m", "model_version": "m1", "provider": "acme"},
    "attestation_metadata": {"attestation_version": "0.1.0"},
}
TIMES: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}


def signed_by_pyjwt(claims: dict[str, Any], key: SecretKey, header: dict[str, str]) -> str:
    return jwt.encode(claims, key.to_pem(), "EdDSA", headers={"kid": header["kid"]})


def signed_by_joserfc(claims: dict[str, Any], key: SecretKey, header: dict[str, str]) -> str:
    return jose.encode(header, claims, OKPKey.import_key(key.to_pem()), algorithms=["EdDSA"])


def read_by_pyjwt(token: str, key: SecretKey) -> dict[str, Any]:
    pem = key.public_key.to_pem()
    read: dict[str, Any] = jwt.decode(
        token, pem, ["EdDSA"], audience=SERVER, issuer=ISSUER, options=TIMES
    )
    return read


def read_by_joserfc(token: str, key: SecretKey) -> dict[str, Any]:
    public = OKPKey.import_key(key.public_key.to_pem())
    return dict(jose.decode(token, public, algorithms=["EdDSA"]).claims)


def verifier_of(key: SecretKey) -> _engine.AttestationVerifier:
    trust = _engine.AttestationTrust([{"issuer": ISSUER, "keys": [("key-1", key.public_key)]}])
    return _engine.AttestationVerifier(trust, audience=SERVER)


@pytest.mark.parametrize("sign", [signed_by_pyjwt, signed_by_joserfc])
def test_tokens_of_others_verify(sign: Any, key: SecretKey) -> None:
    verdict = verifier_of(key).verify(sign(CLAIMS, key, HEADER), NOW * 1000)
    assert (verdict.verified, verdict.subject) == (True, CLAIMS["sub"])


@pytest.mark.parametrize("sign", [signed_by_pyjwt, signed_by_joserfc])
def test_others_who_sign_as_the_issuer_are_refused(sign: Any, key: SecretKey) -> None:
    with SecretKey.generate() as stranger:
        verdict = verifier_of(key).verify(sign(CLAIMS, stranger, HEADER), NOW * 1000)
    assert (verdict.verified, verdict.reason) == (False, "signature")


@pytest.mark.parametrize("read", [read_by_pyjwt, read_by_joserfc])
def test_our_tokens_verify_elsewhere(read: Any, key: SecretKey) -> None:
    given = {name: CLAIMS[name] for name in CLAIMS if name not in {"iat", "nbf", "exp", "jti"}}
    token = _engine.issue_attestation(given, key, NOW * 1000, key_id="key-1", lifetime=300)
    claims = read(token, key)
    assert {name: claims[name] for name in given} == given
    assert (claims["iat"], claims["nbf"], claims["exp"]) == (NOW - 5, NOW - 5, NOW + 295)
    forged = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
    with pytest.raises(Exception, match=r"(?i)signature"):
        read(forged, key)


def test_our_proofs_verify_elsewhere(key: SecretKey) -> None:
    proof = _engine.issue_request_proof("a.b.c", SERVER, "ping", bytes(32), key, NOW * 1000)
    read = jws.deserialize_compact(
        proof, OKPKey.import_key(key.public_key.to_pem()), algorithms=["EdDSA"]
    )
    assert read.headers() == {"alg": "EdDSA", "typ": "mcp-request-proof+jwt"}
    assert read.payload is not None
    claims = json.loads(read.payload)
    assert claims.keys() == {"ath", "aud", "iat", "jti", "mth", "rqh"}
    assert (claims["aud"], claims["mth"], claims["iat"]) == (SERVER, "ping", NOW)


def test_a_proof_of_joserfc_is_taken(key: SecretKey) -> None:
    with SecretKey.generate() as issuer:
        bound = {**CLAIMS, "cnf": {"jwk": key.public_key.to_jwk()}}
        token = signed_by_joserfc(bound, issuer, HEADER)
        ours = _engine.issue_request_proof(token, SERVER, "ping", bytes(32), key, NOW * 1000)
        claims = jose.decode(ours, OKPKey.import_key(key.public_key.to_pem()), ["EdDSA"]).claims
        header = {"alg": "EdDSA", "typ": "mcp-request-proof+jwt"}
        theirs = signed_by_joserfc(dict(claims), key, header)
        verdict = verifier_of(issuer).verify(
            token, NOW * 1000, proof=theirs, method="ping", request_hash=bytes(32), era="modern"
        )
    assert (verdict.verified, verdict.proven) == (True, True)
