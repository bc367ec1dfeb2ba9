"""Proofs of possession: for one message, of one token, at one server."""

import hashlib

from vectors import b64url

from attestation.book import (
    AGENT_KEY,
    CLAIMS,
    EMPTY_HASH,
    HEADER,
    ISSUER_KEY,
    METHOD,
    NOW,
    NOW_MS,
    PROOF_HEADER,
    SERVER,
    STRANGER_KEY,
    bound,
    jwk,
    malleable,
    proof,
    proof_claim,
    token,
)

RULE = "rule: aud, iat, jti, ath, mth and rqh of a proof (after RFC 9449 section 4.3)"


def add(book):
    text = token(bound())
    made = proof(text)
    book.proven("a token and its proof", RULE)
    book.proven("a token and its proof in the legacy era", RULE, era="legacy")
    book.proven(
        "a proof where proofs are required",
        RULE,
        era="legacy",
        expectations={"audience": SERVER, "require_proof": True},
    )
    book.proven("a proof with claims of its own", RULE, made=proof(text, x=1, nonce="n"))
    book.proven("a proof with a kid", RULE, made=proof(text, {**PROOF_HEADER, "kid": "agent"}))

    def bad(name, made, where, **more):
        book.unproven(name, more.pop("source", RULE), made, where, **more)

    for claim in ["ath", "aud", "iat", "jti", "mth", "rqh"]:
        bad(f"a proof without {claim}", proof(text, **{claim: ...}), f"proof/{claim}")
        bad(f"a proof whose {claim} is null", proof(text, **{claim: None}), f"proof/{claim}")
        bad(f"a proof whose {claim} is a list", proof(text, **{claim: ["x"]}), f"proof/{claim}")
    bad("a proof for another token", proof(token(bound(jti="x"))), "proof/ath")
    sha = hashlib.sha256(text.encode()).digest()
    bad("ath in hexadecimal", proof(text, ath=sha.hex()), "proof/ath")
    bad("ath with padding", proof(text, ath=b64url(sha) + "="), "proof/ath")
    bad(
        "ath of the claims alone",
        proof(text, ath=b64url(hashlib.sha256(text.split(".")[1].encode()).digest())),
        "proof/ath",
    )
    bad("a proof for another server", proof(text, aud="https://other.example"), "proof/aud")
    bad("a proof for the server with a slash", proof(text, aud=SERVER + "/"), "proof/aud")
    bad("a proof for several servers", proof(text, aud=[SERVER]), "proof/aud")
    bad("a proof for another method", proof(text, mth="tools/list"), "proof/mth")
    bad("a proof moved to another method", made, "proof/mth", method="resources/read")
    bad("a proof for the method in another case", proof(text, mth="Tools/Call"), "proof/mth")
    other = hashlib.sha256(b'{"name":"rm"}').digest()
    bad("a proof for other params", proof(text, rqh=b64url(other)), "proof/rqh")
    bad("a proof moved to other params", made, "proof/rqh", request_hash_hex=other.hex())
    bad("rqh in hexadecimal", proof(text, rqh=EMPTY_HASH.hex()), "proof/rqh")

    window = "rule: now - 60 s <= iat <= now + skew"
    for name, iat in [("60 s ago", NOW - 60), ("now", NOW), ("30 s ahead", NOW + 30)]:
        book.proven(
            f"a proof made {name}", window, made=proof(text, iat=iat), replay=proof_claim(iat=iat)
        )
    for name, iat in [
        ("61 s ago", NOW - 61),
        ("31 s ahead", NOW + 31),
        ("in 1970", 0),
        ("a year ahead", NOW + 31536000),
    ]:
        bad(f"a proof made {name}", proof(text, iat=iat), "proof/iat", source=window)
    bad(
        "a proof a millisecond too old",
        proof(text, iat=NOW - 60),
        "proof/iat",
        source=window,
        now_ms=NOW_MS + 1,
    )
    for name, iat in [
        ("a fraction", NOW + 0.5),
        ("a string", str(NOW)),
        ("negative", -1),
        ("a boolean", True),
    ]:
        bad(f"the iat of a proof is {name}", proof(text, iat=iat), "proof/iat")
    for name, jti in [
        ("empty", ""),
        ("of 129 characters", "j" * 129),
        ("a number", 1),
        ("with a line break", "a\n"),
    ]:
        bad(f"the jti of a proof is {name}", proof(text, jti=jti), "proof/jti")

    signed = "RFC 7515 section 5.2"
    bad(
        "a proof of a stranger's key",
        proof(text, key=STRANGER_KEY),
        "proof/signature",
        source=signed,
    )
    bad(
        "a proof of the issuer's key", proof(text, key=ISSUER_KEY), "proof/signature", source=signed
    )
    bad("a proof with S + L for S", malleable(made), "proof/signature", source=signed)
    bad(
        "a proof with a stranger's jwk",
        proof(text, {**PROOF_HEADER, "jwk": jwk(STRANGER_KEY)}, STRANGER_KEY),
        "proof/header",
        source=signed,
    )
    for name, header, where in [
        ("of typ JWT", {**PROOF_HEADER, "typ": "JWT"}, "proof/header/typ"),
        ("of typ dpop+jwt", {**PROOF_HEADER, "typ": "dpop+jwt"}, "proof/header/typ"),
        ("without typ", {"alg": "EdDSA"}, "proof/header/typ"),
        ("of alg none", {**PROOF_HEADER, "alg": "none"}, "proof/header/alg"),
        ("of alg HS256", {**PROOF_HEADER, "alg": "HS256"}, "proof/header/alg"),
        ("of alg Ed25519", {**PROOF_HEADER, "alg": "Ed25519"}, "proof/header/alg"),
        ("with crit", {**PROOF_HEADER, "crit": ["x"]}, "proof/header"),
    ]:
        bad(f"a proof {name}", proof(text, header), where, source=signed)
    bad("the token as its own proof", text, "proof/header/typ", source=signed)
    bad(
        "a token signed by the agent as proof",
        token(bound(), key=AGENT_KEY),
        "proof/header/typ",
        source=signed,
    )
    form = "RFC 7515 section 7.1"
    bad("an empty proof", "", "proof", source=form)
    bad("a proof of two parts", "a.b", "proof", source=form)
    bad("a proof with a line break", made + "\n", "proof/signature", source=form)
    bad(
        "a proof whose claims are a list",
        token("[]", PROOF_HEADER, AGENT_KEY),
        "proof/claims",
        source=form,
    )
    bad(
        "a proof with a claim twice",
        token('{"iat":1,"iat":1}', PROOF_HEADER, AGENT_KEY),
        "proof/claims",
        source=form,
    )
    bad(
        "a proof of over 4 KiB",
        proof(text, x="." * 4000),
        "proof",
        source="bound: a proof has at most 4 KiB",
    )
    long_mth = "rule: methods are compared whole"
    bad("a proof for a longer method", proof(text, mth=METHOD + "x"), "proof/mth", source=long_mth)

    bearer = "rule: a token without cnf is a bearer, of the legacy era"
    book.bad("a bearer in the modern era", bearer, token(), "proof", "claims/cnf", era="modern")
    book.bad(
        "a bearer where proofs are required",
        bearer,
        token(),
        "proof",
        "claims/cnf",
        expectations={"audience": SERVER, "require_proof": True},
    )
    book.unproven(
        "a bearer and a proof",
        bearer,
        proof(token()),
        "claims/cnf",
        payload=CLAIMS,
        era="legacy",
    )
    any_one = {"any_audience": True}
    book.unproven(
        "a proof where any audience is accepted",
        "rule: without an audience no proof can be checked",
        made,
        "proof/aud",
        expectations=any_one,
    )
    expired = bound(iat=NOW - 300, nbf=NOW - 300, exp=NOW - 31)
    book.bad(
        "a good proof does not help an expired token",
        RULE,
        token(expired),
        "expired",
        "claims/exp",
        proof=proof(token(expired)),
        method=METHOD,
        request_hash_hex=EMPTY_HASH.hex(),
        era="modern",
    )
    ed = token(bound(), {**HEADER, "alg": "Ed25519"})
    book.good(
        "alg Ed25519 of token and proof where it is enabled",
        "RFC 9864 section 2.2",
        ed,
        bound(),
        trust="ed25519",
        proof=proof(ed, {**PROOF_HEADER, "alg": "Ed25519"}),
        method=METHOD,
        request_hash_hex=EMPTY_HASH.hex(),
        era="modern",
        replay=proof_claim(),
    )
    session = '{"last_event_id":null,"session":"s-1"}'
    digest = hashlib.sha256(session.encode()).digest()
    book.good(
        "the proof of an HTTP GET",
        "rule: mth is http:GET, rqh over session and event id",
        text,
        bound(),
        proof=proof(text, mth="http:GET", rqh=b64url(digest)),
        method="http:GET",
        request_hash_hex=digest.hex(),
        era="legacy",
        replay=proof_claim(),
    )
