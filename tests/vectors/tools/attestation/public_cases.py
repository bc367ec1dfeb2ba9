"""Tokens as the two public packages write them, and what only one of them takes."""

import json

from vectors import Key, b64, b64url

from attestation.book import ISSUER_KEY, claims, jwk, token

KEY = Key("07" * 32)
assert b64url(KEY.public) == "6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw"
ISSUED, CLOCK_MS = 1735084800, 1735084900000
ISSUER = "https://api.anthropic.com"
SERVER = "https://mcp-server.example.com"
IDENTITY = {
    "model_family": "claude-4",
    "model_version": "claude-sonnet-4-20250514",
    "provider": "anthropic",
}
METADATA = {
    "attestation_version": "0.1.0",
    "attestation_type": "provider",
    "safety_level": "standard",
    "capabilities_declared": [],
}


def written(pairs):
    """The text of an object whose members stand in this order."""
    return json.dumps(dict(pairs), separators=(",", ":"))


def payload(*names):
    values = {
        "iss": ISSUER,
        "sub": "spiffe://anthropic.com/model/claude-sonnet-4-20250514",
        "aud": SERVER,
        "iat": ISSUED,
        "exp": ISSUED + 300,
        "nbf": ISSUED,
        "jti": "550e8400-e29b-41d4-a716-446655440000",
        "agent_identity": IDENTITY,
        "attestation_metadata": METADATA,
        "agent_integrity": {"config_hash": "sha256:" + "ab" * 32},
        "cnf": {"jwk": jwk(KEY), "tls_binding": None},
    }
    return [(name, values[name]) for name in names]


_AGENT = ["agent_identity", "attestation_metadata"]
PYTHON = ["iss", "sub", "aud", "iat", "exp", "jti", *_AGENT, "nbf"]
TYPESCRIPT = ["iss", "sub", "aud", "iat", "exp", "nbf", "jti", *_AGENT]


def add(book):
    trust = "public packages"
    book.trusts[trust] = {
        "issuers": [{"issuer": ISSUER, "keys": [["anthropic-2025-01", b64(KEY.public)]]}]
    }
    kid = "anthropic-2025-01"
    headers = {
        "Python": written([("alg", "EdDSA"), ("kid", kid), ("typ", "JWT")]),
        "TypeScript": written([("alg", "EdDSA"), ("typ", "JWT"), ("kid", kid)]),
    }
    source = "the public packages: the order of members is theirs"

    def good(name, header, names, **more):
        pairs = payload(*names)
        book.good(
            name,
            source,
            token(written(pairs), header, KEY),
            dict(pairs),
            trust=trust,
            now_ms=CLOCK_MS,
            key_id=kid,
            expectations={"audience": SERVER},
            **more,
        )

    for language, names in [("Python", PYTHON), ("TypeScript", TYPESCRIPT)]:
        good(f"a token in the order of {language}", headers[language], names)
        good(
            f"a token with integrity in the order of {language}",
            headers[language],
            [*names, "agent_integrity"],
        )
    good("a token without nbf", headers["Python"], [name for name in PYTHON if name != "nbf"])
    book.bad(
        "the example of the public specification, with cnf and no proof",
        "the public specification, section 3.1: its cnf has tls_binding null",
        token(written(payload(*PYTHON, "cnf")), headers["Python"], KEY),
        "proof",
        "proof",
        trust=trust,
        now_ms=CLOCK_MS,
        expectations={"audience": SERVER},
    )
    plain = book.trust("no url", {"issuer": "issuer", "keys": [["key-1", b64(ISSUER_KEY.public)]]})
    book.good_claims(
        "an issuer that is no URL, where it is trusted",
        "rule: iss is looked up byte for byte",
        claims(iss="issuer"),
        trust=plain,
    )
