"""The registered claims (RFC 7519): which there must be, in which form, and when."""

from attestation.book import (
    CLAIMS,
    NOW,
    NOW_MS,
    SERVER,
    claims,
    raw,
    token,
)

RFC = "RFC 7519 section 4.1"


def add(book):
    add_registered(book)
    add_dates(book)
    add_times(book)
    add_audiences(book)


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
