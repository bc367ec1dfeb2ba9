"""Writes token.json."""

import hashlib
import hmac
import json

from vectors import b64, b64url, compact, key, write

ISSUER, SECOND, STRANGER = key("TEST 1"), key("TEST 2"), key("TEST 3")
NOW_MS = 1771338721583  # 2026-02-17T14:32:01.583Z
IAT = 1771338000
EXP = 1771341600
CLAIMS = {"sub": "agent-7", "scp": "research-safe", "iat": IAT, "exp": EXP, "jti": "session-1"}
HEADER = {"alg": "EdDSA", "typ": "JWT"}
JKT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

cases = []


def text(value):
    return value if isinstance(value, str) else compact(value)


def jws(claims=CLAIMS, header=HEADER, signer=ISSUER):
    signing_input = b64url(text(header).encode()) + "." + b64url(text(claims).encode())
    return signing_input + "." + b64url(signer.sign(signing_input.encode()))


def claims(**changes):
    merged = {**CLAIMS, **changes}
    return {name: value for name, value in merged.items() if value is not ...}


def raw(name, literal):
    """CLAIMS with the text of one claim given, for numbers that json.dumps would rewrite."""
    return compact(claims(**{name: "@"})).replace('"@"', literal)


def add(
    name,
    token,
    code=None,
    source="RFC 7519",
    keys=None,
    now_ms=NOW_MS,
    where=None,
    ok=None,
    **expect,
):
    case = {
        "name": name,
        "keys": {"a": b64(ISSUER.public)} if keys is None else keys,
        "now_ms": now_ms,
        "token": token,
    }
    case.update(expect)  # issuer, audience, accept_any_audience, leeway_seconds
    if code is None:
        case["claims"] = {
            "sub": "agent-7",
            "scp": "research-safe",
            "issued_at_ms": IAT * 1000,
            "expires_at_ms": EXP * 1000,
            "key_id": "a",
            **(ok or {}),
        }
    else:
        case["code"] = code
        if where is not None:
            case["where"] = where
    case["source"] = source
    cases.append(case)


def good(name, token, **rest):
    add(name, token, None, **rest)


def bad(name, token, source="RFC 7519 section 4.1", where=None, code="INVALID_TOKEN", **rest):
    add(name, token, code, source, where=where, **rest)


BOTH = {"a": b64(ISSUER.public), "b": b64(SECOND.public)}
JTI = {"jti": "session-1"}

good("one key, no kid", jws(), ok=JTI)
good("typ absent", jws(header={"alg": "EdDSA"}), ok=JTI, source="RFC 8725 section 3.10")
good("kid names the only key", jws(header={**HEADER, "kid": "a"}), ok=JTI)
good("kid names the first of two", jws(header={**HEADER, "kid": "a"}), keys=BOTH, ok=JTI)
good(
    "kid names the second of two: rotation",
    jws(header={**HEADER, "kid": "b"}, signer=SECOND),
    keys=BOTH,
    ok={**JTI, "key_id": "b"},
)
good(
    "header written with white space and escapes",
    jws(header='{ "\\u0061lg" : "EdDSA",\n "typ":"J\\u0057T" }'),
    ok=JTI,
)
good("no jti", jws(claims(jti=...)))
good(
    "unknown claims are kept",
    jws(claims(wid="w-1", nested={"b": 1.0, "a": [1e2]})),
    ok={**JTI, "json": compact(claims(wid="w-1", nested={"b": 1.0, "a": [1e2]}))},
)
good(
    "claims come out compact with sorted keys and their digits",
    jws(f'{{ "sub":"agent-7", "z":1.50, "scp":"research-safe","iat":{IAT},"exp":{EXP} ,"a":1e2}}'),
    ok={
        "json": f'{{"a":1e2,"exp":{EXP},"iat":{IAT},"scp":"research-safe",'
        '"sub":"agent-7","z":1.50}'
    },
)
good("sub of 256 bytes", jws(claims(sub="s" * 256)), ok={**JTI, "sub": "s" * 256})
good("sub outside ASCII", jws(claims(sub="агент")), ok={**JTI, "sub": "агент"})
good(
    "cnf.jkt", jws(claims(cnf={"jkt": JKT})), ok={**JTI, "jkt": JKT}, source="RFC 9449 section 6.1"
)
good("iss as expected", jws(claims(iss="https://issuer")), issuer="https://issuer", ok=JTI)
good("iss unchecked where none is expected", jws(claims(iss="https://issuer")), ok=JTI)
good("aud as expected", jws(claims(aud="gate")), audience="gate", ok=JTI)
good("aud contains what is expected", jws(claims(aud=["other", "gate"])), audience="gate", ok=JTI)
AUDIENCE = "RFC 7519 section 4.1.3"
good(
    "aud accepted by name",
    jws(claims(aud="else")),
    source=AUDIENCE,
    ok=JTI,
    accept_any_audience=True,
)
good(
    "an empty aud accepted by name",
    jws(claims(aud=[])),
    source=AUDIENCE,
    ok=JTI,
    accept_any_audience=True,
)
good("no aud where any is accepted", jws(), source=AUDIENCE, ok=JTI, accept_any_audience=True)
good(
    "fractions: iat rounded up, exp down to milliseconds",
    jws(raw("iat", "1771338000.0001").replace(str(EXP), "1771341599.9999")),
    ok={**JTI, "issued_at_ms": 1771338000001, "expires_at_ms": 1771341599999},
)
good(
    "fraction of three digits is exact",
    jws(raw("iat", "1771338000.250")),
    ok={**JTI, "issued_at_ms": 1771338000250},
)
good("fraction of zeros only", jws(raw("iat", "1771338000.00000000000000000000")), ok=JTI)
good(
    "nbf reached in this millisecond",
    jws(raw("nbf", "1771338721.583")),
    ok={**JTI, "not_before_ms": NOW_MS},
)
good(
    "last millisecond before exp",
    jws(),
    now_ms=EXP * 1000 - 1,
    ok=JTI,
    source="RFC 7519 section 4.1.4",
)
good(
    "exp passed, within the leeway",
    jws(),
    now_ms=EXP * 1000 + 59_999,
    leeway_seconds=60,
    ok=JTI,
    source="RFC 7519 section 4.1.4",
)
good(
    "nbf ahead, within the leeway",
    jws(claims(nbf=1771338751)),
    leeway_seconds=60,
    ok={**JTI, "not_before_ms": 1771338751000},
)
good(
    "iat exactly 30 s ahead",
    jws(claims(iat=1771338751)),
    now_ms=1771338721000,
    ok={**JTI, "issued_at_ms": 1771338751000},
    source="callgate",
)
good(
    "lifetime of exactly 24 h",
    jws(claims(exp=IAT + 86400)),
    ok={**JTI, "expires_at_ms": (IAT + 86400) * 1000},
    source="the SMCP document: 24 hours at most",
)

# Times.
for name, now in (("in this millisecond", EXP * 1000), ("30 s ago", EXP * 1000 + 30_000)):
    bad(f"exp passed {name}", jws(), "RFC 7519 section 4.1.4", "/exp", "EXPIRED_TOKEN", now_ms=now)
bad(
    "exp passed, leeway used up",
    jws(),
    "RFC 7519 section 4.1.4",
    "/exp",
    "EXPIRED_TOKEN",
    now_ms=EXP * 1000 + 60_000,
    leeway_seconds=60,
)
bad(
    "exp with a fraction passed",
    jws(raw("exp", "1771338721.5839")),
    "RFC 7519 section 4.1.4",
    "/exp",
    "EXPIRED_TOKEN",
)
bad("iat 30.001 s ahead", jws(raw("iat", "1771338751.001")), where="/iat", now_ms=1771338721000)
bad(
    "iat ahead is not excused by leeway",
    jws(claims(iat=1771338800)),
    where="/iat",
    leeway_seconds=60,
)
bad("nbf one millisecond ahead", jws(raw("nbf", "1771338721.584")), where="/nbf")
bad("nbf a part of a millisecond ahead", jws(raw("nbf", "1771338721.5830001")), where="/nbf")
bad(
    "nbf ahead by more than the leeway",
    jws(claims(nbf=1771338782)),
    where="/nbf",
    leeway_seconds=60,
)
bad("exp equals iat", jws(claims(exp=IAT)), where="/exp")
bad("exp before iat", jws(claims(exp=1708261920)), "SMCP RFC 11.1.3", "/exp")
bad("exp not after nbf", jws(claims(nbf=EXP)), where="/exp")
bad("lifetime of 24 h and a second", jws(claims(exp=IAT + 86401)), where="/exp")
bad("lifetime of 24 h and a millisecond", jws(raw("exp", f"{IAT + 86400}.001")), where="/exp")
for claim in ("exp", "iat"):
    bad(f"{claim} missing", jws(claims(**{claim: ...})), where=f"/{claim}")
for claim in ("exp", "iat", "nbf"):
    for what, literal in (
        ("a string", f'"{EXP}"'),
        ("null", "null"),
        ("true", "true"),
        ("a list", f"[{EXP}]"),
        ("negative", f"-{EXP}"),
        ("1e30", "1e30"),
        ("in exponent form", "1.7713416e9"),
        ("zero", "0"),
        ("in milliseconds", f"{EXP}000"),
        ("after 2200", "7258118401"),
        ("before 2001", "978307199.999"),
    ):
        bad(f"{claim} {what}", jws(raw(claim, literal)), where=f"/{claim}")

# Names.
for claim in ("sub", "scp"):
    bad(f"{claim} missing", jws(claims(**{claim: ...})), where=f"/{claim}")
for claim in ("sub", "scp", "jti"):
    for what, value in (
        ("empty", ""),
        ("a number", 5),
        ("null", None),
        ("a list", ["admin"]),
        ("of 257 bytes", "s" * 257),
        ("with NUL", "default\0"),
        ("with a line break", "a\nb"),
        ("with DEL", "a\x7f"),
        ("with a C1 control character", "a\u0085b"),
    ):
        bad(
            f"{claim} {what}",
            jws(claims(**{claim: value})),
            "callgate: names that logs and lookups can take",
            f"/{claim}",
        )
bad(
    "scp twice",
    jws(compact(CLAIMS)[:-1] + ',"scp":"admin"}'),
    "RFC 8725 section 2.4, duplicate members",
)
bad(
    "scp twice, once escaped",
    jws(compact(CLAIMS)[:-1] + ',"\\u0073cp":"admin"}'),
    "RFC 8725 section 2.4, duplicate members",
)
for what, value, where in (
    ("a string", JKT, "/cnf"),
    ("null", None, "/cnf"),
    ("an empty object", {}, "/cnf"),
    ("another method", {"jwk": {}}, "/cnf"),
    ("jkt a number", {"jkt": 1}, "/cnf/jkt"),
    ("jkt too short", {"jkt": JKT[:-1]}, "/cnf/jkt"),
    ("jkt padded", {"jkt": JKT + "="}, "/cnf/jkt"),
    ("jkt with bits after the last byte", {"jkt": JKT[:-1] + "l"}, "/cnf/jkt"),
    ("jkt empty", {"jkt": ""}, "/cnf/jkt"),
):
    bad(f"cnf: {what}", jws(claims(cnf=value)), "RFC 7800; a binding that cannot be checked", where)

# Issuer and audience.
bad(
    "iss is another",
    jws(claims(iss="https://issuer/")),
    "RFC 7519",
    "/iss",
    issuer="https://issuer",
)
bad("iss missing where one is expected", jws(), "RFC 7519", "/iss", issuer="https://issuer")
bad("iss a number", jws(claims(iss=1)), "RFC 7519", "/iss")
bad("iss a list", jws(claims(iss=["https://issuer"])), "RFC 7519", "/iss", issuer="https://issuer")
bad("aud is another", jws(claims(aud="gate2")), "RFC 7519", "/aud", audience="gate")
bad("aud missing where one is expected", jws(), "RFC 7519", "/aud", audience="gate")
bad("aud an empty list", jws(claims(aud=[])), "RFC 7519", "/aud", audience="gate")
bad("aud a list with a number", jws(claims(aud=["gate", 1])), "RFC 7519", "/aud", audience="gate")
bad("aud where none is expected", jws(claims(aud="gate")), AUDIENCE, "/aud")
bad("a list as aud where none is expected", jws(claims(aud=["gate"])), AUDIENCE, "/aud")
bad("an empty aud where none is expected", jws(claims(aud=[])), AUDIENCE, "/aud")
bad("an empty string as aud where none is expected", jws(claims(aud="")), AUDIENCE, "/aud")
bad(
    "aud a number where any is accepted",
    jws(claims(aud=1)),
    AUDIENCE,
    "/aud",
    accept_any_audience=True,
)
bad(
    "an audience expected and any accepted",
    jws(claims(aud="gate")),
    "callgate: one says what the other denies",
    code="INVALID_ARGUMENT",
    audience="gate",
    accept_any_audience=True,
)
bad("aud a number", jws(claims(aud=1)), "RFC 7519", "/aud")
bad("aud an object", jws(claims(aud={"gate": 1})), "RFC 7519", "/aud", audience="gate")

# Algorithms: the signature is good wherever that is possible.
for what, alg in (
    ("none", "none"),
    ("nOnE", "nOnE"),
    ("RS256", "RS256"),
    ("PS256", "PS256"),
    ("ES256", "ES256"),
    ("EdDSA in lower case", "eddsa"),
    ("Ed25519", "Ed25519"),
    ("EdDSA with a space", "EdDSA "),
    ("a list", ["EdDSA"]),
    ("null", None),
    ("empty", ""),
    ("a number", 1),
):
    bad(f"alg {what}", jws(header={**HEADER, "alg": alg}), "RFC 8725 section 3.1", "/alg")
bad("no alg", jws(header={"typ": "JWT"}), "RFC 8725 section 3.1", "/alg")
hs_input = (
    b64url(compact({"alg": "HS256", "typ": "JWT"}).encode())
    + "."
    + b64url(compact(CLAIMS).encode())
)
for what, secret in (("bytes", ISSUER.public), ("PEM", ISSUER.public_pem.encode())):
    mac = hmac.new(secret, hs_input.encode(), hashlib.sha256).digest()
    bad(
        f"HS256 with the public key's {what} as secret",
        f"{hs_input}.{b64url(mac)}",
        "RFC 8725 section 3.1",
    )
    eddsa_input = b64url(compact(HEADER).encode()) + "." + b64url(compact(CLAIMS).encode())
    mac = hmac.new(secret, eddsa_input.encode(), hashlib.sha256).digest()
    bad(
        f"HMAC with the public key's {what} under alg EdDSA",
        f"{eddsa_input}.{b64url(mac * 2)}",
        "RFC 8725 section 3.1",
    )
for what, header in (
    ("jwk", {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": b64url(STRANGER.public)}}),
    ("jku", {"jku": "https://evil.example/jwks"}),
    ("x5u", {"x5u": "https://evil.example"}),
    ("x5c", {"x5c": ["MIIB"]}),
    ("x5t", {"x5t": "AAAA"}),
    ("x5t#S256", {"x5t#S256": "AAAA"}),
    ("crit", {"crit": ["exp"]}),
    ("an empty crit", {"crit": []}),
    ("b64 false", {"b64": False}),
    ("b64 true", {"b64": True}),
    ("b64 and crit", {"b64": False, "crit": ["b64"]}),
    ("cty", {"cty": "JWT"}),
    ("zip", {"zip": "DEF"}),
    ("enc", {"enc": "A256GCM"}),
    ("an unknown member", {"x": 1}),
    ("ALG", {"ALG": "none"}),
):
    bad(f"header holds {what}", jws(header={**HEADER, **header}), "RFC 8725 section 3.10")
bad(
    "embedded key signs",
    jws(
        header={**HEADER, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": b64url(STRANGER.public)}},
        signer=STRANGER,
    ),
    "RFC 8725 section 3.10",
)
for typ in ("at+jwt", "jwt", "", "application/jwt", None, ["JWT"]):
    bad(
        f"typ {json.dumps(typ)}",
        jws(header={**HEADER, "typ": typ}),
        "RFC 8725 section 3.10",
        "/typ",
    )
bad(
    "alg twice",
    jws(header='{"alg":"EdDSA","alg":"EdDSA"}'),
    "RFC 8725 section 2.4, duplicate members",
)
bad("header a list", jws(header="[]"), "RFC 7515")
bad("header not JSON", jws(header="{"), "RFC 7515")
bad("header empty", jws(header=""), "RFC 7515")
bad("header with a byte order mark", jws(header="\ufeff" + compact(HEADER)), "RFC 8259")

# Which key.
bad("unknown kid", jws(header={**HEADER, "kid": "c"}), "RFC 8725 section 3.10", "/kid", keys=BOTH)
for kid in ("../../a", "a' OR '1'='1", "", "A", "a\0", "a "):
    bad(
        f"kid {json.dumps(kid)}",
        jws(header={**HEADER, "kid": kid}),
        "RFC 8725 section 3.10",
        "/kid",
    )
for kid in (1, None, ["a"]):
    bad(
        f"kid is {json.dumps(kid)}",
        jws(header={**HEADER, "kid": kid}),
        "RFC 8725 section 3.10",
        "/kid",
    )
bad(
    "no kid where two keys are configured",
    jws(),
    "callgate: without a kid only a single key can be meant",
    "/kid",
    keys=BOTH,
)
bad("kid of the other key", jws(header={**HEADER, "kid": "b"}), "RFC 8725 section 3.10", keys=BOTH)
bad("signed by a stranger", jws(signer=STRANGER), "RFC 7515 section 5.2")
bad(
    "signed by a stranger, expired too: nothing unverified is reported",
    jws(claims(exp=IAT + 1), signer=STRANGER),
    "RFC 7515 section 5.2",
)

# Form.
token = jws()
head, body, signature = token.split(".")
forms = {
    "empty": "",
    "one part": head,
    "two parts": f"{head}.{body}",
    "four parts": token + ".a",
    "four parts, last empty": token + ".",
    "no signature": f"{head}.{body}.",
    "no header": f".{body}.{signature}",
    "no claims": f"{head}..{signature}",
    "padded signature": token + "==",
    "padded claims": f"{head}.{body}=.{signature}",
    "line break after it": token + "\n",
    "space before it": " " + token,
    "line break in it": f"{head}.{body[:9]}\n{body[9:]}.{signature}",
    "standard alphabet": f"{head}.{body}.{signature}".replace("_", "/").replace("-", "+")
    if set("-_") & set(token)
    else token[:-1] + "+",
    "signature of 63 bytes": f"{head}.{body}.{signature[:84]}",
    "signature of 65 bytes": f"{head}.{body}.{signature}A",
    "signature with bits after the last byte": token[:-1] + chr(ord(token[-1]) + 1),
    "signature of zeros": f"{head}.{body}.{'A' * 86}",
    "another token's claims": f"{head}.{b64url(compact(claims(scp='admin')).encode())}.{signature}",
    "another token's header": b64url(compact({**HEADER, "kid": "a"}).encode())
    + f".{body}.{signature}",
    "over the limit, well signed": jws(claims(pad="a" * 6_500)),
    "one byte over the limit": "a" * 8193,
}
for name, form in forms.items():
    assert form != token
    bad(f"form: {name}", form, "RFC 7515 section 2, one spelling")
for name, body_text in (
    ("a list", "[]"),
    ("a string", '"x"'),
    ("not JSON", "{]"),
    ("empty", ""),
    ("text after them", compact(CLAIMS) + " x"),
    ("a lone surrogate", compact(CLAIMS)[:-1] + ',"x":"\\ud800"}'),
    ("NaN", compact(CLAIMS)[:-1] + ',"x":NaN}'),
    ("too deep", compact(CLAIMS)[:-1] + ',"x":' + "[" * 64 + "]" * 64 + "}"),
):
    bad(f"claims: {name}", jws(body_text), "RFC 8259")
c2 = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
bad("the sample of the SMCP RFC, C.2, whose signature is a placeholder", c2, "SMCP RFC C.2")

# Parameters of the call.
for name, now in (("before 2001", 978307199999), ("after 2200", 7258118400001), ("zero", 0)):
    add(f"now {name}", jws(), "INVALID_ARGUMENT", "callgate", now_ms=now)
for leeway in (-1, 61):
    add(f"leeway of {leeway} s", jws(), "INVALID_ARGUMENT", "callgate", leeway_seconds=leeway)

write("token.json", {"tokens": cases})
