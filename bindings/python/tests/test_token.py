"""Tokens: the shared vectors, PyJWT as a peer, and what Python adds."""

import time
from datetime import timedelta
from typing import Any

import callgate
import jwt
import pytest
from callgate import CallgateError, KeyFormatError, PublicKey, SecretKey, TokenError
from callgate._time import to_datetime
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOW = 1771338721
untyped: Any = callgate  # for calls that a type checker refuses
CLAIMS = {"sub": "agent-7", "scp": "default", "iss": "issuer"}
FOR_GATE = {**CLAIMS, "aud": ["gate", "other"]}


def verify(vector: dict[str, Any]) -> callgate.TokenClaims:
    return callgate.verify_token(
        vector["token"],
        {kid: PublicKey.from_base64(key) for kid, key in vector["keys"].items()},
        now=to_datetime(vector["now_ms"]),
        issuer=vector.get("issuer"),
        audience=vector.get("audience"),
        leeway=vector.get("leeway_seconds", 0),
        accept_any_audience=vector.get("accept_any_audience", False),
    )


@pytest.mark.vectors("token.json", "tokens")
def test_a_token_verifies_as_the_vectors_say(vector: dict[str, Any]) -> None:
    if "code" in vector:
        # Python itself checks `now`, for every function alike.
        kind = CallgateError if vector["code"] == "INVALID_ARGUMENT" else TokenError
        with pytest.raises(kind) as refused:
            verify(vector)
        assert refused.value.code_name == vector["code"]
        assert refused.value.where == vector.get("where", refused.value.where)
        assert len(vector["token"]) < 20 or vector["token"] not in str(refused.value)
        return
    claims, expected = verify(vector), vector["claims"]
    assert (claims.subject, claims.scope) == (expected["sub"], expected["scp"])
    assert claims.key_id == expected["key_id"]
    assert claims.issued_at == to_datetime(expected["issued_at_ms"])
    assert claims.expires_at == to_datetime(expected["expires_at_ms"])
    assert claims.id == expected.get("jti")
    assert claims.key_thumbprint == expected.get("jkt")
    not_before = expected.get("not_before_ms")
    assert claims.not_before == (None if not_before is None else to_datetime(not_before))
    if "json" in expected:
        assert claims.json == expected["json"].encode()


def test_claims_are_a_mapping(key: SecretKey) -> None:
    token = callgate.issue_token({**CLAIMS, "x": [1]}, key, now=NOW, lifetime=60)
    claims = callgate.verify_token(token, [key.public_key], now=NOW)
    assert claims["x"] == [1]
    assert {**claims} == {**CLAIMS, "x": [1], "iat": NOW, "exp": NOW + 60, "jti": claims.id}
    assert claims.expires_at - claims.issued_at == timedelta(seconds=60)
    assert claims.key_id == key.public_key.thumbprint


def test_an_aud_is_refused_unless_it_is_expected(key: SecretKey) -> None:
    token = callgate.issue_token(FOR_GATE, key)
    keys = [key.public_key]
    with pytest.raises(TokenError, match="expect one that aud names, or accept any") as refused:
        callgate.verify_token(token, keys)
    assert refused.value.where == "/aud"
    for accepted in ({"audience": "other"}, {"accept_any_audience": True}):
        assert untyped.verify_token(token, keys, **accepted)["aud"] == ["gate", "other"]


@pytest.mark.parametrize("truthy", [1, "no", None])
def test_only_true_accepts_any_audience(key: SecretKey, truthy: Any) -> None:
    token = callgate.issue_token(FOR_GATE, key)
    with pytest.raises(TypeError):
        callgate.verify_token(token, [key.public_key], accept_any_audience=truthy)


def test_a_repr_shows_no_private_claims(key: SecretKey) -> None:
    token = callgate.issue_token({**CLAIMS, "email": "someone@example.com"}, key)
    claims = callgate.verify_token(token, [key.public_key])
    assert "agent-7" in repr(claims)
    assert "someone" not in repr(claims)


def test_pyjwt_reads_our_tokens(key: SecretKey) -> None:
    token = callgate.issue_token(FOR_GATE, key, kid="k1")
    public = Ed25519PrivateKey.from_private_bytes(key.to_bytes()).public_key()
    claims = jwt.decode(token, public, algorithms=["EdDSA"], audience="gate", issuer="issuer")
    assert claims["sub"] == "agent-7"
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "kid": "k1", "typ": "JWT"}


def test_we_read_the_tokens_of_pyjwt() -> None:
    theirs = Ed25519PrivateKey.generate()
    ours = PublicKey.from_bytes(theirs.public_key().public_bytes_raw())
    now = int(time.time())
    claims = {**FOR_GATE, "iat": now, "exp": now + 60}
    token = jwt.encode(claims, theirs, algorithm="EdDSA", headers={"kid": "k1"})
    verified = callgate.verify_token(token, {"k1": ours}, issuer="issuer", audience="gate")
    assert {**verified} == claims
    for other in (
        jwt.encode(claims, "secret" * 8, algorithm="HS256"),
        jwt.encode(claims, key="", algorithm="none"),
        jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA"),
    ):
        with pytest.raises(TokenError) as refused:
            callgate.verify_token(other, [ours], audience="gate")
        assert refused.value.code_name == "INVALID_TOKEN"


def test_issuer_keys_come_in_every_form(key: SecretKey) -> None:
    token = callgate.issue_token(CLAIMS, key)
    public = key.public_key
    jwks = {"keys": [{**public.to_jwk(), "kid": "k1"}]}
    for keys, kid in (
        ({"a": public}, "a"),
        ({"keys": public}, "keys"),
        ([public], public.thumbprint),
        ((public,), public.thumbprint),
        (jwks, "k1"),
        (callgate.canonicalize(_json(jwks)), "k1"),
        (_json(jwks), "k1"),
    ):
        assert callgate.verify_token(token, keys).key_id == kid


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


@pytest.mark.parametrize("keys", [[], {}, {"keys": []}, b"[]", b"{", {"keys": [{"kty": "OKP"}]}])
def test_issuer_keys_that_hold_no_key_are_refused(keys: Any) -> None:
    with pytest.raises(KeyFormatError):
        callgate.verify_token("a.b.c", keys)


@pytest.mark.parametrize("keys", [None, 1, [b"x" * 32], {"a": "b"}, {1: None}])
def test_issuer_keys_of_another_type_are_a_type_error(keys: Any) -> None:
    with pytest.raises(TypeError):
        callgate.verify_token("a.b.c", keys)


def test_a_single_key_is_no_list_of_keys(key: SecretKey) -> None:
    with pytest.raises(TypeError):
        callgate.verify_token("a.b.c", key.public_key)  # type: ignore[arg-type]


def test_a_token_can_be_signed_elsewhere(key: SecretKey) -> None:
    signing_input = callgate.token_signing_input(CLAIMS, kid="k1", now=NOW, lifetime=60)
    theirs = Ed25519PrivateKey.from_private_bytes(key.to_bytes())
    token = callgate.assemble_token(signing_input, theirs.sign(signing_input))
    claims = callgate.verify_token(token, {"k1": key.public_key}, now=NOW)
    assert claims.subject == "agent-7"
    for wrong in (b"", b"x" * 63, b"x" * 65):
        with pytest.raises(TokenError):
            callgate.assemble_token(signing_input, wrong)
    with pytest.raises(TokenError):
        callgate.assemble_token(b"not a signing input", b"x" * 64)


def test_expiry_and_leeway(key: SecretKey) -> None:
    token = callgate.issue_token(CLAIMS, key, now=NOW, lifetime=60)
    keys = [key.public_key]
    assert callgate.verify_token(token, keys, now=NOW + 59.999)
    with pytest.raises(TokenError) as expired:
        callgate.verify_token(token, keys, now=NOW + 60)
    assert (expired.value.code_name, expired.value.code) == ("EXPIRED_TOKEN", 1002)
    assert callgate.verify_token(token, keys, now=NOW + 60, leeway=1)
    with pytest.raises(CallgateError) as refused:
        callgate.verify_token(token, keys, now=NOW, leeway=61)
    assert refused.value.code_name == "INVALID_ARGUMENT"


def test_errors_show_neither_token_nor_claims(key: SecretKey) -> None:
    token = callgate.issue_token({**CLAIMS, "sub": "secret-subject"}, key, now=NOW)
    other = SecretKey.generate().public_key
    with pytest.raises(TokenError) as refused:
        callgate.verify_token(token, [other], now=NOW)
    for part in (*token.split("."), "secret-subject"):
        assert part not in str(refused.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda key: untyped.issue_token(None, key),
        lambda key: untyped.issue_token([1], key),
        lambda key: untyped.issue_token({"sub": b"x"}, key),
        lambda key: untyped.issue_token(CLAIMS, key.to_bytes()),
        lambda key: untyped.issue_token(CLAIMS, key, kid=1),
        lambda key: untyped.issue_token(CLAIMS, key, lifetime="60"),
        lambda key: untyped.verify_token(1, [key.public_key]),
        lambda key: untyped.verify_token("a.b.c", [key.public_key], issuer=1),
        lambda key: untyped.assemble_token("a.b", "signature"),
    ],
)
def test_wrong_types_are_a_type_error(key: SecretKey, call: Any) -> None:
    with pytest.raises(TypeError):
        call(key)


def test_a_closed_key_issues_nothing() -> None:
    with SecretKey.generate() as key:
        pass
    with pytest.raises(CallgateError, match="closed"):
        callgate.issue_token(CLAIMS, key)
