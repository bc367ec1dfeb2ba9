"""Tokens and proofs as the engine issues them."""

import json

from vectors import b64url, compact

from attestation.book import (
    AGENT_KEY,
    CLAIMS,
    ISSUER,
    ISSUER_KEY,
    NOW,
    NOW_MS,
    SUBJECT,
    claims,
    identity,
    jwk,
    metadata,
)


def add(book):
    def add(name, source, payload, code=None, where=None, key_id="key-1", lifetime=300):
        text = payload if isinstance(payload, str) else json.dumps(payload)
        case = {
            "name": name,
            "source": source,
            "claims": text,
            "seed_hex": ISSUER_KEY.seed.hex(),
            "now_ms": NOW_MS,
            "key_id": key_id,
            "lifetime": lifetime,
        }
        if code:
            book.issued.append({**case, "code": code, "where": where})
            return
        given = json.loads(text)
        iat = given.get("iat", NOW - min(5, lifetime // 2))
        added = {"exp": iat + lifetime, "iat": iat, "nbf": iat}
        added = {name: time for name, time in added.items() if name not in given}
        # What was given, keys sorted, and then what is added.
        complete = compact(given)[:-1] + "," + compact(added)[1:] if added else compact(given)
        header = {"alg": "EdDSA", "kid": key_id, "typ": "JWT"}
        signed = f"{b64url(compact(header).encode())}.{b64url(complete.encode())}"
        signature = b64url(ISSUER_KEY.sign(signed.encode()))
        book.issued.append({**case, "token": f"{signed}.{signature}"})

    def bad(
        name,
        payload,
        where,
        source="rule: what readers disagree about is not issued",
        code="INVALID_TOKEN",
        **more,
    ):
        add(name, source, payload, code, where, **more)

    times = {"iat": ..., "nbf": ..., "exp": ...}
    profile = "the form that both public readers of these tokens take"
    add("times are added", profile, claims(**times))
    add("times that are given stay", profile, claims())
    add("a lifetime of a second", profile, claims(**times), lifetime=1)
    add("a lifetime of a day", profile, claims(**times), lifetime=86400)
    add(
        "every member that is defined",
        profile,
        {
            **identity(deployment_id="eu-1"),
            "agent_integrity": {
                "config_hash": "sha256:" + "a" * 64,
                "system_prompt_hash": "sha256:" + "0" * 64,
            },
            "cnf": {"jwk": jwk(AGENT_KEY, kid="agent")},
            "aud": ["https://a.example", "https://b.example"],
        },
    )
    add("claims of its own at the top", profile, claims(org="acme", x=[1, None]))
    add("metadata without members", profile, claims(attestation_metadata={}))
    bad("an unknown member of agent_identity", identity(x=1), "/agent_identity")
    bad("an unknown member of attestation_metadata", metadata(x=1), "/attestation_metadata")
    bad(
        "an unknown member of agent_integrity",
        claims(agent_integrity={"config_hash": "sha256:" + "a" * 64, "x": 1}),
        "/agent_integrity",
    )
    bad("an empty agent_integrity", claims(agent_integrity={}), "/agent_integrity")
    bad("a thumbprint in cnf", claims(cnf={"jwk": jwk(AGENT_KEY), "jkt": "x"}), "/cnf")
    bad(
        "a null TLS binding in cnf",
        claims(cnf={"jwk": jwk(AGENT_KEY), "tls_binding": None}),
        "/cnf",
    )
    bad("an unknown member of jwk", claims(cnf={"jwk": jwk(AGENT_KEY, use="sig")}), "/cnf/jwk")
    bad(
        "a hash of another form",
        claims(agent_integrity={"config_hash": "md5:x"}),
        "/agent_integrity/config_hash",
    )
    bad("a null member", identity(deployment_id=None), "/agent_identity/deployment_id")
    bad(
        "an unknown safety level",
        metadata(safety_level="none"),
        "/attestation_metadata/safety_level",
    )
    bad(
        "another major version",
        metadata(attestation_version="1.0.0"),
        "/attestation_metadata/attestation_version",
    )
    bad("no subject", claims(sub=...), "/sub")
    bad("a subject that begins as a SPIFFE ID", claims(sub="spiffe://acme.example/a b"), "/sub")
    bad("no issuer", claims(iss=...), "/iss")
    bad("an issuer that is a number", claims(iss=1), "/iss")
    for url in ["http://a", "ht+tp-1.x://a", "https://a.example:8443/~b?c=d#e", "https://[::1]"]:
        add(f"the issuer {url}", profile, claims(iss=url))
    for url in [
        "1ttp://a",
        "HTTPS://a",
        "h_ttp://a",
        "://a",
        "https:///a",
        "https:a",
        "https://a b",
        "https://a|b",
        "https://a^b",
        "https://a`b",
        "https://a<b",
        "https://a>b",
        "https://a{b",
        "https://a}b",
        'https://a"b',
        "https://a\\b",
        "https://\u00e9",
        "https://a\x7f",
    ]:
        bad(f"the issuer {url}", claims(iss=url), "/iss")
    bad("an issuer that is no URL", claims(iss="issuer"), "/iss")
    bad("an issuer of over 2 KiB", claims(iss="https://" + "i" * 2041), "/iss")
    bad("an issuer without a host", claims(iss="https://"), "/iss")
    bad("an issuer with a space", claims(iss=ISSUER + " "), "/iss")
    bad("a jti that is no UUID", claims(jti="x"), "/jti")
    bad("a jti in upper case", claims(jti="0A1B2C3D-0000-4000-8000-000000000001"), "/jti")
    bad("a jti of UUID version 1", claims(jti="0a1b2c3d-0000-1000-8000-000000000001"), "/jti")
    bad("nbf is 0", claims(nbf=0), "/nbf")
    bad("a token that is over", claims(iat=NOW - 400, nbf=NOW - 400, exp=NOW - 100), "/exp")
    bad("a token that does not count yet", claims(iat=NOW + 60, nbf=..., exp=NOW + 300), "/iat")
    bad("a token for two days", claims(exp=NOW + 172800), "/exp")
    bad("no audience", claims(aud=...), "/aud")
    bad("nine audiences", claims(aud=["https://a.example"] * 9), "/aud")
    bad("claims that are a list", "[]", None)
    bad("claims with a name twice", '{"iss":"a","iss":"a"}', "byte 12", "RFC 7493 section 2.3")
    bad("claims of over 8 KiB", claims(x="." * 8192), None, "bound: 8 KiB a part")
    options = "the options of IssueAttestation"
    bad("an empty kid", claims(), "key_id", options, "INVALID_ARGUMENT", key_id="")
    bad("a kid with a line break", claims(), "key_id", options, "INVALID_ARGUMENT", key_id="a\n")
    bad("no lifetime", claims(), "lifetime", options, "INVALID_ARGUMENT", lifetime=0)
    bad(
        "a lifetime of over a day",
        claims(),
        "lifetime",
        options,
        "INVALID_ARGUMENT",
        lifetime=86401,
    )
    assert CLAIMS["sub"] == SUBJECT
