"""What happens when tokens and proofs are used again."""

from vectors import b64

from attestation.book import (
    EMPTY_HASH,
    HEADER,
    METHOD,
    NOW,
    NOW_MS,
    OTHER,
    OTHER_KEY,
    SERVER,
    bound,
    claims,
    proof,
    token,
)


def step(text, reason=None, now_ms=NOW_MS, **use):
    made = {"now_ms": now_ms, "token": text, **use}
    return made if reason is None else {**made, "reason": reason}


def proven(text, made, reason=None, now_ms=NOW_MS):
    return step(
        text,
        reason,
        now_ms,
        proof=made,
        method=METHOD,
        request_hash_hex=EMPTY_HASH.hex(),
        era="modern",
    )


def add(book):
    def sequence(name, source, *steps, **more):
        book.sequences.append(
            {"name": name, "source": source, "trust": "default", **more, "steps": list(steps)}
        )

    once = "rule: a bearer is used once"
    text = token()
    sequence("a bearer is used once", once, step(text), step(text, "replay"), step(text, "replay"))
    sequence(
        "another signature for the same jti is the same use",
        once,
        step(text),
        step(token(claims(x=1)), "replay"),
    )
    sequence("two tokens are two uses", once, step(text), step(token(claims(jti="y"))))
    sequence(
        "a jti differs by every character",
        once,
        step(token(claims(jti="a"))),
        step(token(claims(jti="A"))),
        step(token(claims(jti="a "))),
        step(token(claims(jti="a")), "replay"),
    )
    kept = "rule: a use is remembered until exp + skew"
    gone = NOW_MS + 295_000
    sequence(
        "a bearer is refused between exp and exp + skew",
        kept,
        step(text),
        step(text, "replay", gone + 10_000),
        step(text, "replay", gone + 29_999),
        step(text, "expired", gone + 30_000),
    )
    sequence(
        "a bearer first used between exp and exp + skew is used once",
        kept,
        step(text, None, gone + 10_000),
        step(text, "replay", gone + 20_000),
    )
    late = "rule: nothing is used up before every other check passed"
    elsewhere = token(claims(aud="https://other.example"))
    sequence(
        "a token refused for its audience is not used up",
        late,
        step(elsewhere, "audience"),
        step(token(claims(aud=[SERVER, "https://other.example"]))),
    )
    minimal = claims(attestation_metadata={"safety_level": "minimal"})
    sequence(
        "a token refused by policy is not used up",
        late,
        step(token(minimal), "policy"),
        step(text),
        expectations={"audience": SERVER, "lowest_safety_level": "standard"},
    )
    forged = token(key=OTHER_KEY)
    sequence("a forged token uses up no jti", late, step(forged, "signature"), step(text))
    two = "rule: uses are kept by issuer and jti"
    other = claims(iss=OTHER)
    crossed = token(other, {**HEADER, "kid": "key-2"}, OTHER_KEY)
    assert b64(OTHER_KEY.public) == book.trusts["two-issuers"]["issuers"][1]["keys"][0][1]
    sequence(
        "two issuers may choose the same jti",
        two,
        step(text),
        step(crossed),
        step(text, "replay"),
        step(crossed, "replay"),
        trust="two-issuers",
    )
    again = "rule: a token with cnf is used with a new proof each time"
    tied = token(bound())
    sequence(
        "each message has its own proof",
        again,
        proven(tied, proof(tied)),
        proven(tied, proof(tied, jti="proof-2")),
        proven(tied, proof(tied), "replay"),
    )
    sequence(
        "a proof is remembered as long as it could be taken",
        again,
        proven(tied, proof(tied, iat=NOW + 30)),
        proven(tied, proof(tied, iat=NOW + 30), "replay", NOW_MS + 90_000),
        proven(tied, proof(tied, iat=NOW + 30), "proof", NOW_MS + 90_001),
    )
    sequence(
        "another proof with the same jti is the same use",
        again,
        proven(tied, proof(tied)),
        proven(tied, proof(tied, iat=NOW + 1), "replay"),
    )
    second = token(bound(jti="y"))
    sequence(
        "the jti of a proof is its key's, whatever the token",
        again,
        proven(tied, proof(tied)),
        proven(second, proof(second), "replay"),
        proven(second, proof(second, jti="proof-2")),
    )
    sequence(
        "a token with cnf ends at exp + skew",
        again,
        proven(tied, proof(tied)),
        proven(tied, proof(tied, iat=NOW + 320, jti="p2"), None, NOW_MS + 324_999),
        proven(tied, proof(tied, iat=NOW + 320, jti="p3"), "expired", NOW_MS + 325_000),
    )
    full = "rule: a full store refuses by name, and forgets nothing"
    sequence(
        "a full store",
        full,
        step(token(claims(jti="a"))),
        step(token(claims(jti="b"))),
        step(token(claims(jti="c")), "unavailable"),
        step(token(claims(jti="a")), "replay"),
        max_entries=2,
    )
    sequence(
        "a full share of an issuer",
        full,
        step(token(claims(jti="a"))),
        step(token(claims(jti="b")), "unavailable"),
        step(crossed),
        max_entries=10,
        max_per_bucket=1,
        trust="two-issuers",
    )
    sequence(
        "what is over makes room",
        full,
        step(token(claims(jti="a"))),
        step(token(claims(jti="b", iat=NOW + 300, nbf=..., exp=NOW + 600)), None, NOW_MS + 328_000),
        max_entries=1,
    )
    clock = "rule: the store's time never runs backwards"
    sequence(
        "a clock that steps back opens nothing",
        clock,
        step(text),
        step(token(claims(jti="b", iat=NOW + 400, nbf=..., exp=NOW + 700)), None, NOW_MS + 400_000),
        step(text, "unavailable"),
    )
