"""How a token is put together: its parts, its header, its signature."""

import base64
import hashlib
import hmac
import json

from vectors import b64, b64url, compact

from attestation.book import (
    AGENT_KEY,
    CLAIMS,
    HEADER,
    ISSUER_KEY,
    OTHER_KEY,
    STRANGER_KEY,
    as_bytes,
    claims,
    jwk,
    malleable,
    signing_input,
    token,
)

GOOD = token()
HEAD, BODY, SIGNATURE = GOOD.split(".")
SERIALIZATION = "RFC 7515 section 7.1"
BASE64URL = "RFC 7515 section 2, RFC 4648 section 3.5"
JSON = "RFC 8259; duplicate names are refused as RFC 7515 section 4 allows"


def add(book):
    book.good("a token of a trusted issuer", "RFC 7515 section 5.2", GOOD)
    book.good(
        "typ is absent", "RFC 7515 section 4.1.9", token(header={"alg": "EdDSA", "kid": "key-1"})
    )
    add_algorithms(book)
    add_headers(book)
    add_key_ids(book)
    add_signatures(book)
    add_encodings(book)
    add_texts(book)


def hs256(secret):
    text = signing_input(CLAIMS, {**HEADER, "alg": "HS256"})
    return text + "." + b64url(hmac.new(secret, text.encode(), hashlib.sha256).digest())


def add_algorithms(book):
    rfc = "RFC 8725 section 3.1"

    def bad(name, text, source=rfc, **more):
        book.bad(name, source, text, "alg", "header/alg", **more)

    bad("alg none without a signature", signing_input(CLAIMS, {**HEADER, "alg": "none"}) + ".")
    bad("alg none with a signature", token(header={**HEADER, "alg": "none"}))
    bad("alg NONE", token(header={**HEADER, "alg": "NONE"}))
    bad("HS256 with the bytes of the public key", hs256(ISSUER_KEY.public))
    bad("HS256 with the PEM of the public key", hs256(ISSUER_KEY.public_pem.encode()))
    bad("HS256 with an empty secret", hs256(b""))
    bad("alg is missing", token(header={"kid": "key-1", "typ": "JWT"}))
    bad("alg is a number", token(header={**HEADER, "alg": 1}))
    bad("alg is null", token(header={**HEADER, "alg": None}))
    bad("alg is a list", token(header={**HEADER, "alg": ["EdDSA"]}))
    bad("alg in lower case", token(header={**HEADER, "alg": "eddsa"}))
    bad("alg with a space", token(header={**HEADER, "alg": "EdDSA "}))
    bad("alg ES256 over an Ed25519 signature", token(header={**HEADER, "alg": "ES256"}))
    bad("alg RS256", token(header={**HEADER, "alg": "RS256"}))
    bad("alg Ed448", token(header={**HEADER, "alg": "Ed448"}), "RFC 9864 section 2.2")
    ed25519 = token(header={**HEADER, "alg": "Ed25519"})
    bad("alg Ed25519 where it is not enabled", ed25519, "RFC 9864 section 2.2")
    enabled = book.trust("ed25519", accept_ed25519_alg=True)
    book.good("alg Ed25519 where it is enabled", "RFC 9864 section 2.2", ed25519, trust=enabled)
    book.good("alg EdDSA where Ed25519 is enabled", "RFC 9864 section 2.2", GOOD, trust=enabled)
    bad(
        "alg ed25519 where Ed25519 is enabled",
        token(header={**HEADER, "alg": "ed25519"}),
        "RFC 9864 section 2.2",
        trust=enabled,
    )


def add_headers(book):
    def bad(name, header, source="RFC 7515 section 4.1", where="header", **more):
        book.bad(name, source, token(header=header), "malformed", where, **more)

    crit = "RFC 7515 section 4.1.11"
    bad("crit with an unknown name", {**HEADER, "crit": ["x"], "x": 1}, crit)
    bad("crit with a claim", {**HEADER, "crit": ["exp"]}, crit)
    bad("crit is empty", {**HEADER, "crit": []}, crit)
    bad("b64 false with crit", {**HEADER, "b64": False, "crit": ["b64"]}, "RFC 7797 section 6")
    bad("b64 false without crit", {**HEADER, "b64": False}, "RFC 7797 section 6")
    bad("b64 true", {**HEADER, "b64": True}, "RFC 7797 section 6")
    bad("an embedded jwk", {**HEADER, "jwk": jwk(STRANGER_KEY)}, "RFC 8725 section 3.10")
    bad("the issuer's own jwk", {**HEADER, "jwk": jwk(ISSUER_KEY)}, "RFC 8725 section 3.10")
    bad("jku", {**HEADER, "jku": "https://evil.example/jwks"}, "RFC 8725 section 3.10")
    bad("x5u", {**HEADER, "x5u": "https://evil.example/x5u"}, "RFC 8725 section 3.10")
    bad("x5c", {**HEADER, "x5c": ["MIIB"]}, "RFC 7515 section 4.1.6")
    bad("zip", {**HEADER, "zip": "DEF"}, "RFC 7516 section 4.1.3")
    bad("cty", {**HEADER, "cty": "JWT"}, "RFC 7519 section 5.2")
    bad("an unknown member", {**HEADER, "x": 1})
    typ = "RFC 8725 section 3.11"
    bad("typ of another kind of token", {**HEADER, "typ": "at+jwt"}, typ, "header/typ")
    bad("typ of a proof", {**HEADER, "typ": "mcp-request-proof+jwt"}, typ, "header/typ")
    bad("typ in lower case", {**HEADER, "typ": "jwt"}, typ, "header/typ")
    bad("typ is null", {**HEADER, "typ": None}, typ, "header/typ")
    bad("typ is empty", {**HEADER, "typ": ""}, typ, "header/typ")
    own = book.trust("own-type", types=["agent-attestation+jwt"])
    header = {**HEADER, "typ": "agent-attestation+jwt"}
    bad("a typ that is not configured", header, typ, "header/typ")
    book.good("a typ that is configured", typ, token(header=header), trust=own)
    book.good("typ JWT where another is configured", typ, GOOD, trust=own)
    double = '{"alg":"none","alg":"EdDSA","kid":"key-1"}'
    bad("alg twice", double, JSON)
    bad("alg twice, one of them escaped", '{"alg":"EdDSA","\\u0061lg":"none","kid":"key-1"}', JSON)
    bad("kid twice", '{"alg":"EdDSA","kid":"key-1","kid":"key-2"}', JSON)
    bad("the header is a list", '["EdDSA"]', "RFC 7515 section 4")
    bad("the header is a string", '"EdDSA"', "RFC 7515 section 4")
    bad("the header is null", "null", "RFC 7515 section 4")
    bad("the header is empty", "", "RFC 7515 section 4")
    bad("the header is no JSON", "{alg:EdDSA}", "RFC 7515 section 4")
    bad(
        "a header of over 8 KiB", compact({**HEADER, "kid": "k" * 8200}), "size limit: 8 KiB a part"
    )


def add_key_ids(book):
    def bad(name, header, source="RFC 7515 section 4.1.4", **more):
        book.bad(name, source, token(header=header), "kid", "header/kid", **more)

    bad("kid is missing", {"alg": "EdDSA", "typ": "JWT"})
    bad("kid is empty", {**HEADER, "kid": ""})
    bad("kid is a number", {**HEADER, "kid": 1})
    bad("kid is a list", {**HEADER, "kid": ["key-1"]})
    bad("kid is null", {**HEADER, "kid": None})
    bad("kid is unknown", {**HEADER, "kid": "key-2"})
    bad("kid in another case", {**HEADER, "kid": "KEY-1"})
    bad("kid names a property of objects", {**HEADER, "kid": "__proto__"})
    bad("kid is a path", {**HEADER, "kid": "../../dev/null"})
    bad("kid is a query", {**HEADER, "kid": "' OR 1=1 --"})
    bad("kid of 4 KiB", {**HEADER, "kid": "k" * 4096}, "bound: a kid has at most 256 bytes")
    bad("kid with a line break", {**HEADER, "kid": "key-1\n"})
    both = book.trust(
        "two-issuers",
        more=[{"issuer": "https://other.example", "keys": [["key-2", b64(OTHER_KEY.public)]]}],
    )
    crossed = token(header={**HEADER, "kid": "key-2"}, key=OTHER_KEY)
    book.bad(
        "kid of another issuer's key",
        "RFC 8725 section 3.8",
        crossed,
        "kid",
        "header/kid",
        trust=both,
    )
    other = claims(iss="https://other.example")
    book.good(
        "the second issuer's own token",
        "RFC 8725 section 3.8",
        token(other, {**HEADER, "kid": "key-2"}, OTHER_KEY),
        other,
        trust=both,
        key_id="key-2",
    )
    rule = "rule: an unknown kid of a configured issuer may be fetched once"
    fetching = book.trust("fetching", {"keys": [], "fetches_keys": True})
    book.bad(
        "an unknown kid of an issuer whose keys are fetched",
        rule,
        GOOD,
        "kid",
        "header/kid",
        trust=fetching,
        needs_key=["https://issuer.example", "key-1"],
    )
    for name, kid in [("a kid of 4 KiB", "k" * 4096), ("a kid with a control", "a\x01b")]:
        book.bad(
            f"{name}, of an issuer whose keys are fetched",
            rule,
            token(header={**HEADER, "kid": kid}),
            "kid",
            "header/kid",
            trust=fetching,
        )
    book.bad(
        "an unknown kid of an issuer without keys",
        rule,
        GOOD,
        "kid",
        "header/kid",
        trust=book.trust("keyless", {"keys": []}),
    )
    book.bad(
        "a denied kid of an issuer whose keys are fetched",
        rule,
        GOOD,
        "kid",
        "header/kid",
        trust=book.trust(
            "fetching-denied", {"keys": [], "fetches_keys": True, "denied_key_ids": ["key-1"]}
        ),
    )
    book.bad(
        "a denied kid",
        "rule: a denied kid counts as unknown",
        GOOD,
        "kid",
        "header/kid",
        trust=book.trust("denied-kid", {"denied_key_ids": ["key-1"]}),
    )


def with_signature(data):
    return f"{HEAD}.{BODY}.{b64url(data)}"


def add_signatures(book):
    good = base64.urlsafe_b64decode(SIGNATURE + "==")

    def bad(name, text, source="RFC 8032 section 5.1.7", reason="signature", where="signature"):
        book.bad(name, source, text, reason, where)

    bad("the key of a stranger under a trusted kid", token(key=STRANGER_KEY))
    bad("the key of the agent itself", token(key=AGENT_KEY))
    bad("one bit of R flipped", with_signature(bytes([good[0] ^ 1]) + good[1:]))
    bad("one bit of S flipped", with_signature(good[:40] + bytes([good[40] ^ 8]) + good[41:]))
    bad("a signature of zeros", with_signature(bytes(64)))
    bad("the signature of another token", f"{HEAD}.{BODY}.{token(claims(jti='x')).split('.')[2]}")
    bad("S + L for S", malleable(GOOD))
    bad("the claims of another token", f"{HEAD}.{token(claims(sub='x')).split('.')[1]}.{SIGNATURE}")
    bad("a header written otherwise", f"{b64url(json.dumps(HEADER).encode())}.{BODY}.{SIGNATURE}")
    length = "RFC 8032 section 5.1.6"
    for name, data in [
        ("63 bytes", good[:63]),
        ("65 bytes", good + b"\0"),
        ("no byte", b""),
        ("32 bytes", good[:32]),
    ]:
        bad(f"a signature of {name}", with_signature(data), length, "malformed")
    longer = claims(exp=CLAIMS["exp"] + 31536000)
    bad(
        "exp a year later under the old signature",
        f"{HEAD}.{b64url(as_bytes(longer))}.{SIGNATURE}",
        "RFC 7515 section 5.2",
    )
    book.good(
        "a signature over other white space",
        "RFC 7515 section 5.2",
        token(json.dumps(CLAIMS, indent=2)),
    )


def flipped_last(text):
    """The same bytes, with unused bits of the last character set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) + 1]


def add_encodings(book):
    def bad(name, text, where, source=BASE64URL):
        book.bad(name, source, text, "malformed", where)

    bad("unused bits set in the signature", GOOD[:-1] + flipped_last(SIGNATURE)[-1], "signature")
    padded_claims = claims(x="")
    while len(compact(padded_claims)) % 3 != 1:
        padded_claims["x"] += "."
    head, body, signature = token(padded_claims).split(".")
    bad("unused bits set in the claims", f"{head}.{flipped_last(body)}.{signature}", "claims")
    bad("a padded signature", GOOD + "==", "signature")
    bad("padded claims", f"{head}.{body}==.{signature}", "claims")
    bad("a padded header", f"{HEAD}=.{BODY}.{SIGNATURE}", "header")
    dash = next(
        t
        for n in range(99)
        for t in [token(claims(x=n))]
        if "-" in t.split(".")[2] or "_" in t.split(".")[2]
    )
    head, body, signature = dash.split(".")
    standard = signature.replace("-", "+").replace("_", "/")
    bad("the standard alphabet in the signature", f"{head}.{body}.{standard}", "signature")
    bad("junk in the signature", GOOD[:-10] + "!" + GOOD[-10:], "signature")
    bad("a space in the signature", GOOD[:-10] + " " + GOOD[-10:], "signature")
    bad("a trailing line break", GOOD + "\n", "signature")
    bad("a trailing space", GOOD + " ", "signature")
    bad("a leading space", " " + GOOD, "header")
    bad("a line break in the claims", f"{HEAD}.{BODY[:20]}\n{BODY[20:]}.{SIGNATURE}", "claims")
    bad("a NUL in the claims", f"{HEAD}.{BODY[:20]}\0{BODY[20:]}.{SIGNATURE}", "claims")
    bad("a letter outside ASCII in the header", "\u00e9" + GOOD, "header")
    bad("bytes that are no UTF-8", b"\xff\xfe" + GOOD.encode(), "header")

    def malformed(name, text, where="token"):
        book.bad(name, SERIALIZATION, text, "malformed", where)

    malformed("the empty text", "")
    malformed("one part", "abc")
    malformed("two parts", f"{HEAD}.{BODY}")
    malformed("four parts", GOOD + ".x")
    malformed("five parts, as of an encrypted token", f"{HEAD}.{BODY}.{SIGNATURE}.x.y")
    malformed("two dots", "..", "header")
    malformed("an HTTP scheme before the token", "Bearer " + GOOD, "header")
    malformed(
        "the JSON serialization",
        compact({"payload": BODY, "protected": HEAD, "signature": SIGNATURE}),
    )
    malformed("an empty header", f".{BODY}.{SIGNATURE}", "header")
    malformed("empty claims", f"{HEAD}..{SIGNATURE}", "claims")
    malformed("a token in quotes", f'"{GOOD}"', "header")
    book.bad(
        "no token", "rule: a token that was not sent is not_provided", None, "not_provided", None
    )


def add_texts(book):
    def bad(name, text, source=JSON):
        book.bad(name, source, token(text), "malformed", "claims")

    bad("claims that are a list", "[]")
    bad("claims that are null", "null")
    bad("claims that are a string", '"x"')
    bad("claims that are a number", "1")
    bad("bytes after the claims", compact(CLAIMS) + "x")
    bad("a second object after the claims", compact(CLAIMS) * 2)
    bad("a comment in the claims", compact(CLAIMS)[:-1] + "/* */}")
    bad("single quotes", compact(CLAIMS).replace('"', "'"))
    bad("a trailing comma", compact(CLAIMS)[:-1] + ",}")
    bad("claims that are cut off", compact(CLAIMS)[:-1])
    bad("a byte order mark", "\ufeff" + compact(CLAIMS), "RFC 8259 section 8.1")
    bad(
        "claims that are no UTF-8",
        compact(CLAIMS).encode()[:-1] + b',"x":"\xff"}',
        "RFC 8259 section 8.1",
    )
    bad(
        "an overlong NUL", compact(CLAIMS).encode()[:-1] + b',"x":"\xc0\x80"}', "RFC 3629 section 3"
    )
    bad("half a surrogate pair", compact(CLAIMS)[:-1] + ',"x":"\\ud800"}', "RFC 7493 section 2.1")
    bad("a control character in a string", compact(CLAIMS)[:-1] + ',"x":"\x01"}')
    bad("iss twice, the trusted one last", '{"iss":"https://evil.example",' + compact(CLAIMS)[1:])
    bad("iss twice, the trusted one first", compact(CLAIMS)[:-1] + ',"iss":"https://evil.example"}')
    bad("exp twice", compact(CLAIMS)[:-1] + ',"exp":9999999999}')
    bad(
        "a nested member twice",
        compact(CLAIMS).replace('"provider":"acme"', '"provider":"acme","provider":"evil"'),
    )
    bad("a member twice, one of them escaped", compact(CLAIMS)[:-1] + ',"\\u0065xp":9999999999}')
    bad("NaN", compact(CLAIMS)[:-1] + ',"x":NaN}')
    bad("Infinity", compact(CLAIMS)[:-1] + ',"x":Infinity}')
    bad("a number that no double holds", compact(CLAIMS)[:-1] + ',"x":1e999}')

    def nested(depth):
        return compact(CLAIMS)[:-1] + ',"x":' + "[" * depth + "]" * depth + "}"

    bounds = "bound: nesting of at most 16"
    book.good("arrays 15 deep in a claim of its own", bounds, token(nested(15)))
    book.bad(
        "arrays 16 deep in a claim of its own", bounds, token(nested(16)), "malformed", "claims"
    )
    book.bad("arrays 3000 deep", bounds, token(nested(3000)), "malformed", "claims")
    size = "bound: 8 KiB a part, 16 KiB a token"
    room = 8192 - len(compact(claims(x="")))
    book.good("claims of 8 KiB", size, token(claims(x="." * room)), claims(x="." * room))
    book.bad(
        "claims of 8 KiB and a byte", size, token(claims(x="." * (room + 1))), "malformed", "claims"
    )
    book.bad("a token of over 16 KiB", size, "a" * 16385, "malformed", "token")
    book.bad("ten thousand audiences", size, token(claims(aud=["a"] * 10000)), "malformed", "token")
    book.bad("nine hundred audiences", size, token(claims(aud=["a"] * 900)), "claims", "claims/aud")
    book.bad("a jti of a megabyte", size, token(claims(jti="j" * 9000)), "malformed", "claims")
