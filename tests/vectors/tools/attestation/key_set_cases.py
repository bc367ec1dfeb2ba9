"""Sets of keys that issuers publish (RFC 7517)."""

import json

from vectors import Key, b64, b64url

from attestation.book import (
    jwk,
)


def add(book):
    def add(name, source, document, keys=None, skipped=(), **expect):
        text = document if isinstance(document, str) else json.dumps(document)
        if keys is not None:
            expect |= {"keys": keys, "skipped": list(skipped)}
        book.jwks.append({"name": name, "source": source, "json": text, **expect})

    a, b = Key("55" * 32), Key("66" * 32)

    def entry(key, kid, **more):
        return jwk(key, kid=kid, use="sig", alg="EdDSA", **more)

    def of(*pairs):
        return [[kid, b64(key.public)] for kid, key in pairs]

    rfc = "RFC 7517 section 5"
    add("two keys", rfc, {"keys": [entry(b, "b"), entry(a, "a")]}, of(("b", b), ("a", a)))
    add("no key", rfc, {"keys": []}, [])
    add(
        "members of the set that are not known",
        rfc,
        {"keys": [entry(a, "a")], "x": 1},
        of(("a", a)),
    )
    add("a key without use and alg", rfc, {"keys": [jwk(a, kid="a")]}, of(("a", a)))
    add(
        "alg Ed25519",
        "RFC 9864 section 2.2",
        {"keys": [jwk(a, kid="a", alg="Ed25519")]},
        of(("a", a)),
    )
    add(
        "key_ops with verify",
        "RFC 7517 section 4.3",
        {"keys": [jwk(a, kid="a", key_ops=["verify"])]},
        of(("a", a)),
    )
    skip = "rule: unusable entries are skipped"
    rsa = {"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"}
    add(
        "an RSA key with the same kid first",
        skip,
        {"keys": [rsa, entry(a, "a")]},
        of(("a", a)),
        [0],
    )
    for name, bad in [
        ("use enc", jwk(a, kid="a", use="enc")),
        ("alg ES256", jwk(a, kid="a", alg="ES256")),
        ("key_ops without verify", jwk(a, kid="a", key_ops=["sign"])),
        ("x of 31 bytes", {**jwk(a, kid="a"), "x": b64url(a.public[:31])}),
        ("x of 33 bytes", {**jwk(a, kid="a"), "x": b64url(a.public + b"\0")}),
        ("x off the curve", {**jwk(a, kid="a"), "x": b64url(b"\x02" + bytes(31))}),
        ("x of small order", {**jwk(a, kid="a"), "x": b64url(b"\x01" + bytes(31))}),
        ("x with padding", {**jwk(a, kid="a"), "x": b64url(a.public) + "="}),
        ("the private key", jwk(a, kid="a", d=b64url(a.seed))),
        ("no kid", jwk(a)),
        ("an empty kid", jwk(a, kid="")),
        ("a kid that is a number", jwk(a, kid=1)),
        ("a kid with a line break", jwk(a, kid="a\n")),
        ("crv Ed448", {**jwk(a, kid="a"), "crv": "Ed448"}),
        ("kty EC", {**jwk(a, kid="a"), "kty": "EC"}),
        ("a string for a key", "x"),
        ("null for a key", None),
    ]:
        add(f"skipped: {name}", skip, {"keys": [bad, entry(b, "b")]}, of(("b", b)), [0])
    double = "rule: of two usable keys with one kid neither is meant"
    add(
        "a kid twice",
        double,
        {"keys": [entry(a, "k"), entry(b, "k"), entry(a, "a")]},
        of(("a", a)),
        [0, 1],
    )
    add("the same key twice", double, {"keys": [entry(a, "a"), entry(a, "a")]}, [], [0, 1])
    for name, text, code in [
        ("a list", "[]", "INVALID_JSON"),
        ("keys is missing", "{}", "INVALID_JSON"),
        ("keys is an object", '{"keys":{}}', "INVALID_JSON"),
        ("HTML", "<html></html>", "INVALID_JSON"),
        ("keys twice", '{"keys":[],"keys":[]}', "INVALID_JSON"),
        ("65 keys", {"keys": [entry(a, str(n)) for n in range(65)]}, "LIMIT_EXCEEDED"),
    ]:
        add(f"refused: {name}", rfc, text, code=code)
