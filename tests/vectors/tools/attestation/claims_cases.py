"""Which claims there must be, and in which form."""

import hashlib

from vectors import b64, b64url

from attestation.book import (
    AGENT_KEY,
    CLAIMS,
    IDENTITY,
    NOW,
    NOW_MS,
    SERVER,
    STRANGER_KEY,
    bound,
    claims,
    identity,
    jwk,
    metadata,
    raw,
    token,
)

RFC = "RFC 7519 section 4.1"


def add(book):
    add_registered(book)
    add_dates(book)
    add_times(book)
    add_audiences(book)
    add_identity(book)
    add_metadata(book)
    add_integrity(book)
    add_confirmation(book)


def bad(book, name, payload, claim, source=RFC, reason="claims", **more):
    book.bad_claims(name, source, payload, reason, f"claims/{claim}", **more)


def add_registered(book):
    for claim in ["sub", "aud", "iat", "exp", "jti", "agent_identity", "attestation_metadata"]:
        bad(book, f"{claim} is missing", claims(**{claim: ...}), claim)
        bad(book, f"{claim} is null", claims(**{claim: None}), claim)
    for claim in ["iss"]:
        bad(book, "iss is missing", claims(iss=...), claim)
        bad(book, "iss is null", claims(iss=None), claim)
        bad(book, "iss is a list", claims(iss=["https://issuer.example"]), claim)
        bad(book, "iss is a number", claims(iss=1), claim)
    for name, value in [("empty", ""), ("a number", 7), ("a list", ["x"]), ("an object", {})]:
        bad(book, f"sub is {name}", claims(sub=value), "sub", "RFC 7519 section 4.1.2")
        bad(book, f"jti is {name}", claims(jti=value), "jti", "RFC 7519 section 4.1.7")
    jti = "rule: a jti is printable ASCII of at most 128"
    book.good_claims("a jti that is no UUID", jti, claims(jti="token 1/~"))
    book.good_claims("a jti of 128 characters", jti, claims(jti="j" * 128))
    book.good_claims("a jti that is a UUID in upper case", jti, claims(jti=CLAIMS["jti"].upper()))
    bad(book, "a jti of 129 characters", claims(jti="j" * 129), "jti", jti)
    bad(book, "a jti with a line break", claims(jti="a\r\nb"), "jti", jti)
    bad(book, "a jti with a NUL", claims(jti="a\0b"), "jti", jti)
    bad(book, "a jti with DEL", claims(jti="a\x7f"), "jti", jti)
    bad(book, "a jti outside ASCII", claims(jti="\u00e9"), "jti", jti)
    sub = "rule: a sub has 1 to 2048 bytes without control characters"
    book.good_claims("a sub that is no SPIFFE ID", sub, claims(sub="agent 7"))
    book.good_claims("a sub with dot segments", sub, claims(sub="spiffe://acme.example/a/../b"))
    book.good_claims("a sub with a query", sub, claims(sub="spiffe://acme.example/a?b=c"))
    book.good_claims("a sub outside ASCII", sub, claims(sub="agent-\u00e9"))
    book.good_claims("a sub of 2048 bytes", sub, claims(sub="s" * 2048))
    bad(book, "a sub of 2049 bytes", claims(sub="s" * 2049), "sub", sub)
    bad(book, "a sub with a line break", claims(sub="a\nb"), "sub", sub)
    bad(book, "a sub with a C1 control", claims(sub="a\u0085b"), "sub", sub)
    unknown = "RFC 7519 section 4: claims that are not understood are ignored"
    book.good_claims("claims of its own at the top", unknown, claims(org={"id": None}, x=[1]))


def add_dates(book):
    rule = "rule: a NumericDate is a whole number from 0 to 2^53"
    for claim in ["exp", "iat", "nbf"]:
        for name, literal in [
            ("a string", '"1796083200"'),
            ("a boolean", "true"),
            ("negative", "-1"),
            ("a fraction", "1796083200.5"),
            ("a fraction of zero", "1796083200.0"),
            ("written with an exponent", "1.7960832e9"),
            ("an integer with an exponent", "1796083200e0"),
            ("above 2^53", "9007199254740993"),
            ("longer than 64 bits", "99999999999999999999"),
            ("a list", "[1796083200]"),
        ]:
            bad(book, f"{claim} is {name}", raw(claim, literal), claim, rule)
    bad(book, "nbf is null", claims(nbf=None), "nbf", rule)
    book.good_claims("nbf is absent", "rule: nbf is optional", claims(nbf=...))
    book.good_claims("nbf is 0", rule, claims(nbf=0))
    book.bad_claims("exp is 2^53", rule, claims(exp=2**53), "lifetime", "claims/exp")
    order = "rule: exp is later than iat and nbf"
    bad(book, "exp equals iat", claims(exp=NOW - 5), "exp", order)
    bad(book, "exp before iat", claims(exp=NOW - 6, nbf=...), "exp", order)
    bad(book, "exp equals nbf", claims(nbf=NOW + 295), "exp", order)
    bad(book, "exp before nbf", claims(nbf=NOW + 296), "exp", order)
    bad(
        book,
        "exp before iat and after nbf",
        claims(iat=NOW, nbf=NOW - 100, exp=NOW - 50),
        "exp",
        order,
    )
    bad(book, "exp is 0", claims(exp=0), "exp", order)


def add_times(book):
    life = "rule: exp - iat is at most the issuer's longest lifetime, 300 s unless stated"
    year = 31536000

    def times(name, source, reason, claim, **changes):
        more = {k: changes.pop(k) for k in ["trust", "expectations", "now_ms"] if k in changes}
        book.bad_claims(name, source, claims(**changes), reason, f"claims/{claim}", **more)

    book.good_claims("a lifetime of 300 s", life, claims())
    times("a lifetime of 301 s", life, "lifetime", "exp", exp=NOW + 296)
    times("a lifetime of ten years", life, "lifetime", "exp", exp=NOW + 10 * year)
    times("iat 400 s ago and exp ahead", life, "lifetime", "exp", iat=NOW - 400, nbf=NOW - 400)
    times("iat a year ago and exp ahead", life, "lifetime", "exp", iat=NOW - year, nbf=...)
    hour = book.trust("an-hour", {"longest_lifetime": 3600})
    book.good_claims(
        "a lifetime of an hour where it is allowed", life, claims(exp=NOW + 3595), trust=hour
    )
    times("a lifetime of over an hour there", life, "lifetime", "exp", exp=NOW + 3596, trust=hour)
    short = book.trust("a-minute", {"longest_lifetime": 60})
    times("a lifetime of 300 s where a minute is allowed", life, "lifetime", "exp", trust=short)

    skew = "RFC 7519 section 4.1.4; rule: skew is 30 s, 0 to 60"
    gone = {"iat": NOW - 200, "nbf": NOW - 200}
    for seconds in [1, 5, 25, 29]:
        book.good_claims(f"expired {seconds} s ago", skew, claims(exp=NOW - seconds, **gone))
    times("expired 30 s ago", skew, "expired", "exp", exp=NOW - 30, **gone)
    times("expired 40 s ago", skew, "expired", "exp", exp=NOW - 40, **gone)
    times(
        "expired a year ago", skew, "expired", "exp", exp=NOW - year, iat=NOW - year - 100, nbf=...
    )
    book.good_claims(
        "one millisecond before exp and skew are over",
        skew,
        claims(exp=NOW - 30, **gone),
        now_ms=NOW_MS - 1,
    )
    none = {"audience": SERVER, "skew": 0}
    times(
        "expired at this second, without skew",
        skew,
        "expired",
        "exp",
        exp=NOW,
        expectations=none,
        **gone,
    )
    book.good_claims(
        "a millisecond before exp, without skew",
        skew,
        claims(exp=NOW, **gone),
        now_ms=NOW_MS - 1,
        expectations=none,
        skew=0,
    )
    wide = {"audience": SERVER, "skew": 60}
    book.good_claims(
        "expired 59 s ago with a skew of 60",
        skew,
        claims(exp=NOW - 59, **gone),
        expectations=wide,
        skew=60,
    )
    times(
        "expired 60 s ago with a skew of 60",
        skew,
        "expired",
        "exp",
        exp=NOW - 60,
        expectations=wide,
        **gone,
    )

    ahead = "rule: iat lies at most the skew ahead"
    for seconds in [1, 10, 30]:
        later = claims(iat=NOW + seconds, nbf=..., exp=NOW + 300)
        book.good_claims(f"iat {seconds} s ahead", ahead, later)
    times("iat 31 s ahead", ahead, "not_yet_valid", "iat", iat=NOW + 31, nbf=..., exp=NOW + 300)
    times("iat 40 s ahead", ahead, "not_yet_valid", "iat", iat=NOW + 40, nbf=..., exp=NOW + 300)
    times(
        "iat a year ahead",
        ahead,
        "not_yet_valid",
        "iat",
        iat=NOW + year,
        nbf=...,
        exp=NOW + year + 300,
    )
    times(
        "iat a second ahead without skew",
        ahead,
        "not_yet_valid",
        "iat",
        iat=NOW + 1,
        nbf=...,
        expectations=none,
    )
    book.good_claims(
        "iat now without skew", ahead, claims(iat=NOW, nbf=...), expectations=none, skew=0
    )
    nbf = "RFC 7519 section 4.1.5"
    book.good_claims("nbf 20 s ahead", nbf, claims(nbf=NOW + 20))
    book.good_claims("nbf 30 s ahead", nbf, claims(nbf=NOW + 30))
    times("nbf 31 s ahead", nbf, "not_yet_valid", "nbf", nbf=NOW + 31)
    times("nbf 60 s ahead", nbf, "not_yet_valid", "nbf", nbf=NOW + 60)
    clock = "rule: a clock outside the years 2001 to 2200 is broken"
    for name, now_ms in [("in 1970", 0), ("in 2201", 7289654400000)]:
        book.bad(f"a clock {name}", clock, token(), "unavailable", "now", now_ms=now_ms)


def add_audiences(book):
    rfc = "RFC 7519 section 4.1.3"
    book.good_claims("aud is a list of one", rfc, claims(aud=[SERVER]))
    book.good_claims("aud is a list with others", rfc, claims(aud=["https://a.example", SERVER]))
    eight = [f"https://{n}.example" for n in range(7)] + [SERVER]
    bound = "rule: aud is a string or 1 to 8 strings"
    book.good_claims("aud is a list of eight", bound, claims(aud=eight))
    bad(book, "aud is a list of nine", claims(aud=[*eight, "https://x.example"]), "aud", bound)
    bad(book, "aud is an empty list", claims(aud=[]), "aud", bound)
    bad(book, "aud is an empty string", claims(aud=""), "aud", bound)
    bad(book, "aud is a number", claims(aud=1), "aud", rfc)
    bad(book, "aud is an object", claims(aud={SERVER: 1}), "aud", rfc)
    bad(book, "aud has a number among strings", claims(aud=[SERVER, 1]), "aud", rfc)
    bad(book, "aud has a null among strings", claims(aud=[SERVER, None]), "aud", rfc)
    bad(book, "aud has a list in the list", claims(aud=[[SERVER]]), "aud", rfc)
    exact = "rule: aud is compared byte for byte (RFC 7519 section 2, StringOrURI)"
    for name, value in [
        ("another server", "https://other.example"),
        ("every server", "*"),
        ("the server with a slash", SERVER + "/"),
        ("the server in another case", "https://Server.example"),
        ("the server with its port", SERVER + ":443"),
        ("the server as a prefix", SERVER + ".evil.example"),
        ("a prefix of the server", SERVER[:-1]),
        ("the server after a space", " " + SERVER),
        ("the server by http", "http://server.example"),
        ("others only", ["https://a.example", "https://b.example"]),
    ]:
        bad(book, f"aud names {name}", claims(aud=value), "aud", exact, "audience")
    any_one = {"any_audience": True}
    book.good_claims(
        "any audience is accepted",
        "rule: ANY_AUDIENCE is chosen by name",
        claims(aud="https://other.example"),
        expectations=any_one,
        audience_checked=False,
    )
    bad(
        book,
        "aud is missing where any is accepted",
        claims(aud=...),
        "aud",
        "rule: ANY_AUDIENCE is chosen by name",
        expectations=any_one,
    )


def add_identity(book):
    rule = "rule: names are strings of 1 to 256 bytes without control characters"
    for member in ["model_family", "model_version", "provider"]:
        place = f"agent_identity/{member}"
        bad(book, f"{member} is missing", identity(**{member: ...}), place, rule)
        for name, value in [("empty", ""), ("a number", 4), ("null", None), ("a list", ["m"])]:
            bad(book, f"{member} is {name}", identity(**{member: value}), place, rule)
        bad(book, f"{member} has 257 bytes", identity(**{member: "m" * 257}), place, rule)
        bad(book, f"{member} has a control", identity(**{member: "a\tb"}), place, rule)
    book.good_claims("deployment_id is a string", rule, identity(deployment_id="eu-1"))
    for name, value in [("null", None), ("empty", ""), ("a number", 1)]:
        bad(
            book,
            f"deployment_id is {name}",
            identity(deployment_id=value),
            "agent_identity/deployment_id",
            "rule: null is no absence",
        )
    unknown = "rule: unknown members of nested objects are ignored"
    book.good_claims(
        "agent_identity with a member of an enterprise",
        unknown,
        identity(enterprise={"org_id": "org-1", "workload_id": "w-1"}),
    )
    bad(book, "agent_identity is a string", claims(agent_identity="m"), "agent_identity")
    bad(book, "agent_identity is a list", claims(agent_identity=[IDENTITY]), "agent_identity")
    bad(book, "agent_identity is empty", claims(agent_identity={}), "agent_identity/model_family")


def add_metadata(book):
    def place(member):
        return f"attestation_metadata/{member}"

    book.good_claims(
        "attestation_metadata is empty",
        "rule: its members have defaults",
        claims(attestation_metadata={}),
    )
    bad(
        book,
        "attestation_metadata is a list",
        claims(attestation_metadata=[]),
        "attestation_metadata",
    )
    unknown = "rule: unknown members of nested objects are ignored"
    book.good_claims(
        "attestation_metadata with a nested attestation",
        unknown,
        metadata(nested_attestation="a.b.c"),
    )
    enums = "rule: the values of enumerations are checked"
    for name, value in [
        ("root", "root"),
        ("none", "none"),
        ("in capitals", "Provider"),
        ("null", None),
        ("a number", 1),
        ("empty", ""),
    ]:
        bad(
            book,
            f"attestation_type is {name}",
            metadata(attestation_type=value),
            place("attestation_type"),
            enums,
        )
    for name, value in [("none", "none"), ("unknown", "paranoid"), ("null", None), ("a number", 2)]:
        bad(
            book,
            f"safety_level is {name}",
            metadata(safety_level=value),
            place("safety_level"),
            enums,
        )
    for level in ["minimal", "standard", "enhanced"]:
        book.good_claims(f"safety_level is {level}", enums, metadata(safety_level=level))
    for name, value in [
        ("a string", "tool_use"),
        ("null", None),
        ("an object", {}),
        ("a list of numbers", [1]),
        ("a list with an empty name", [""]),
    ]:
        bad(
            book,
            f"capabilities_declared is {name}",
            metadata(capabilities_declared=value),
            place("capabilities_declared"),
            enums,
        )
    book.good_claims("capabilities_declared is empty", enums, metadata(capabilities_declared=[]))
    versions = "rule: the major version that is understood is 0"
    for version in ["0.1.0", "0.2.7", "0.10"]:
        book.good_claims(
            f"attestation_version is {version}", versions, metadata(attestation_version=version)
        )
    for version in [
        "9.0.0",
        "1.0.0",
        "0",
        "0.",
        "00.1",
        "",
        "v0.1.0",
        "0.1.0-evil\n",
        "0." + "1" * 63,
    ]:
        book.bad_claims(
            f"attestation_version is {version[:8]!r}",
            versions,
            metadata(attestation_version=version),
            "version",
            "claims/attestation_metadata/attestation_version",
        )
    for name, value in [("null", None), ("a number", 0.1)]:
        bad(
            book,
            f"attestation_version is {name}",
            metadata(attestation_version=value),
            place("attestation_version"),
            versions,
        )


def hash_of(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def add_integrity(book):
    config, prompt = hash_of("config"), hash_of("prompt")
    rule = "rule: hashes are strings; they are compared where one is expected"

    def integrity(**members):
        return claims(agent_integrity=members)

    both = integrity(config_hash=config, system_prompt_hash=prompt)
    book.good_claims("agent_integrity with both hashes", rule, both)
    book.good_claims("agent_integrity is empty", rule, integrity())
    book.good_claims(
        "agent_integrity with an unknown member", rule, integrity(config_hash=config, tools_hash=1)
    )
    book.good_claims(
        "a hash of another form that nobody asks for", rule, integrity(config_hash="md5:x")
    )
    bad(book, "agent_integrity is null", claims(agent_integrity=None), "agent_integrity", rule)
    bad(
        book, "agent_integrity is a string", claims(agent_integrity=config), "agent_integrity", rule
    )
    for member in ["config_hash", "system_prompt_hash"]:
        for name, value in [("null", None), ("a number", 1), ("empty", "")]:
            bad(
                book,
                f"{member} is {name}",
                integrity(**{member: value}),
                f"agent_integrity/{member}",
                rule,
            )
        expected = {"audience": SERVER, member: hash_of(member.split("_")[0])}
        found = {member: hash_of(member.split("_")[0])}
        book.good_claims(
            f"{member} is the expected one", rule, integrity(**found), expectations=expected
        )
        for name, members in [
            ("another", {member: hash_of("other")}),
            ("in upper case", {member: found[member].upper()}),
            ("without its algorithm", {member: found[member][7:]}),
            ("of another algorithm", {member: found[member].replace("sha256", "sha512")}),
            ("missing", {}),
        ]:
            bad(
                book,
                f"the expected {member} is {name}",
                integrity(**members),
                f"agent_integrity/{member}",
                "rule: a hash that is expected must be there",
                "policy",
                expectations=expected,
            )
        bad(
            book,
            f"a {member} is expected and agent_integrity missing",
            claims(),
            f"agent_integrity/{member}",
            "rule: a hash that is expected must be there",
            "policy",
            expectations=expected,
        )


def add_confirmation(book):
    rfc = "RFC 7800 section 3.2, RFC 8037 section 2"
    good = jwk(AGENT_KEY)

    def cnf(name, value, place="cnf/jwk", reason="claims", source=rfc):
        bad(book, name, claims(cnf=value), place, source, reason)

    cnf("cnf is null", None, "cnf")
    cnf("cnf is a string", "x", "cnf")
    cnf("cnf is a list", [good], "cnf")
    only = "rule: a cnf without jwk cannot be proven"
    cnf("cnf is empty", {}, "cnf", "proof", only)
    cnf(
        "cnf has only a thumbprint",
        {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
        "cnf",
        "proof",
        only,
    )
    cnf("cnf has only a TLS binding", {"tls_binding": {"x5t#S256": "x"}}, "cnf", "proof", only)
    cnf("jwk is null", {"jwk": None})
    cnf("jwk is a string", {"jwk": "x"})
    cnf("jwk with the private key", {"jwk": {**good, "d": b64url(b"\x33" * 32)}})
    cnf("jwk of an RSA key", {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}})
    cnf("jwk of P-256", {"jwk": {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}})
    cnf("jwk of X25519", {"jwk": {**good, "crv": "X25519"}})
    cnf("jwk of Ed448", {"jwk": {**good, "crv": "Ed448"}})
    cnf("jwk without x", {"jwk": {"kty": "OKP", "crv": "Ed25519"}})
    cnf("jwk with 31 bytes", {"jwk": {**good, "x": b64url(AGENT_KEY.public[:31])}})
    cnf("jwk with 33 bytes", {"jwk": {**good, "x": b64url(AGENT_KEY.public + b"\0")}})
    cnf("jwk with padding", {"jwk": {**good, "x": good["x"] + "="}})
    cnf("jwk off the curve", {"jwk": {**good, "x": b64url(b"\x02" + bytes(31))}})
    small = "RFC 8032 section 5.1.7; small-order points sign for everything"
    cnf("jwk with the identity", {"jwk": {**good, "x": b64url(b"\x01" + bytes(31))}}, source=small)
    cnf("jwk with a point of order 4", {"jwk": {**good, "x": b64url(bytes(32))}}, source=small)
    noncanonical = b64url(b"\xee" + b"\xff" * 30 + b"\x7f")
    cnf(
        "jwk with a second spelling of the identity",
        {"jwk": {**good, "x": noncanonical}},
        source=small,
    )
    cnf("jwk for encryption", {"jwk": {**good, "use": "enc"}})
    cnf("jwk that may only sign", {"jwk": {**good, "key_ops": ["sign"]}})
    cnf("jwk of another algorithm", {"jwk": {**good, "alg": "ES256"}})
    rule = "rule: a token that carries cnf is refused without a proof, under every policy"
    for policy in ["required", "preferred", "optional"]:
        for reject_invalid in [True, False]:
            book.bad(
                f"cnf without a proof under {policy}, {'not ' * (not reject_invalid)}strict",
                rule,
                token(bound()),
                "proof",
                "proof",
                expectations={
                    "audience": SERVER,
                    "policy": policy,
                    "reject_invalid": reject_invalid,
                },
            )
    host = "rule: an exchange of the host's own proves the key"
    proven = {"proven_key": b64(AGENT_KEY.public)}
    book.good("cnf names the key that the host proved", host, token(bound()), bound(), **proven)
    extra = claims(
        cnf={
            "jwk": {**jwk(AGENT_KEY), "kid": "agent", "use": "sig"},
            "tls_binding": None,
            "jkt": "x",
        }
    )
    book.good(
        "unknown members of cnf are ignored",
        "rule: unknown members are ignored",
        token(extra),
        extra,
        **proven,
    )
    book.bad(
        "cnf names another key than the host proved",
        host,
        token(bound()),
        "proof",
        "claims/cnf/jwk",
        proven_key=b64(STRANGER_KEY.public),
    )
    book.good("a bearer where the host proved a key", host, token(), CLAIMS, **proven)
