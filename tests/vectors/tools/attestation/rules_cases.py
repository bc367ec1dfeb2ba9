"""Which issuers are trusted, what each may attest, and what the server asks for."""

from attestation.book import (
    CLAIMS,
    HEADER,
    ISSUER,
    SERVER,
    claims,
    identity,
    metadata,
    token,
)


def add(book):
    add_issuers(book)
    add_levels(book)
    add_subjects(book)
    add_names(book)
    add_policy(book)
    add_admission(book)


def add_issuers(book):
    rule = "rule: iss is looked up byte for byte"
    for name, issuer in [
        ("a stranger", "https://evil.example"),
        ("the issuer with a slash", ISSUER + "/"),
        ("the issuer in another case", "https://Issuer.example"),
        ("the issuer by http", "http://issuer.example"),
        ("the issuer with its port", ISSUER + ":443"),
        ("the issuer with a path", ISSUER + "/a"),
        ("the issuer after a space", " " + ISSUER),
        ("the issuer before a space", ISSUER + " "),
        ("the issuer with a NUL", ISSUER + "\0"),
        ("a homoglyph", "https://\u0456ssuer.example"),
        ("a look-alike domain", "https://issuer.example.org"),
        ("the empty text", ""),
        ("a prefix of the issuer", ISSUER[:-1]),
    ]:
        book.bad_claims(
            f"iss is {name}", rule, claims(iss=issuer), "untrusted_issuer", "claims/iss"
        )
    book.bad_claims(
        "the issuer of no trust at all",
        rule,
        claims(),
        "untrusted_issuer",
        "claims/iss",
        trust=_empty(book),
    )
    plain = book.trust("http", {"issuer": "http://127.0.0.1:8080/issuer"})
    payload = claims(iss="http://127.0.0.1:8080/issuer")
    book.good_claims("an issuer with a port and a path", rule, payload, trust=plain)


def _empty(book):
    book.trusts["no-issuer"] = {"issuers": []}
    return "no-issuer"


def add_levels(book):
    rule = "rule: the trust level is the issuer's; attestation_type must be it"
    place = "claims/attestation_metadata/attestation_type"
    enterprise = book.trust("enterprise", {"level": "enterprise"})
    payload = metadata(attestation_type="enterprise")
    book.good_claims(
        "an enterprise attests as one", rule, payload, trust=enterprise, level="enterprise"
    )
    book.bad_claims("a provider attests as an enterprise", rule, payload, "binding", place)
    book.bad_claims(
        "an enterprise attests as a provider", rule, CLAIMS, "binding", place, trust=enterprise
    )
    book.bad_claims(
        "an enterprise attests by default, as a provider",
        rule,
        metadata(attestation_type=...),
        "binding",
        place,
        trust=enterprise,
    )
    book.good_claims("a provider attests by default", rule, metadata(attestation_type=...))


def add_subjects(book):
    rule = "SPIFFE-ID section 2; rule: an issuer attests subjects of its trust domains"
    domains = book.trust("domains", {"trust_domains": ["acme.example", "b.example"]})

    def good(name, subject, trust=domains):
        book.good_claims(name, rule, claims(sub=subject), trust=trust)

    def bad(name, subject, trust=domains):
        book.bad_claims(name, rule, claims(sub=subject), "binding", "claims/sub", trust=trust)

    good("a subject of an allowed trust domain", "spiffe://acme.example/model/m1")
    good("a subject of the second trust domain", "spiffe://b.example/x")
    for name, subject in [
        ("another trust domain", "spiffe://evil.example/model/m1"),
        ("a trust domain below the allowed one", "spiffe://a.acme.example/model/m1"),
        ("a trust domain that begins as the allowed one", "spiffe://acme.example.evil/model/m1"),
        ("the trust domain in another case", "spiffe://ACME.example/model/m1"),
        ("the scheme in another case", "SPIFFE://acme.example/model/m1"),
        ("the trust domain itself", "spiffe://acme.example"),
        ("the trust domain with a slash", "spiffe://acme.example/"),
        ("a dot segment", "spiffe://acme.example/a/../b"),
        ("an empty segment", "spiffe://acme.example/a//b"),
        ("a query", "spiffe://acme.example/a?b=c"),
        ("a fragment", "spiffe://acme.example/a#b"),
        ("a user", "spiffe://evil@acme.example/a"),
        ("a port", "spiffe://acme.example:443/a"),
        ("a percent-encoded dot", "spiffe://acme.example/%2e%2e/b"),
        ("no SPIFFE ID", "agent-7"),
        ("a URL", "https://acme.example/model/m1"),
    ]:
        bad(f"where trust domains are configured, a subject with {name}", subject)

    globs = "rule: path patterns match segment by segment; * within one, ** any number"
    for pattern, matching, others in [
        (
            "/model/claude-*",
            ["/model/claude-", "/model/claude-4"],
            ["/model/gpt", "/model/claude-4/x", "/x/model/claude-4", "/model"],
        ),
        ("/model/*", ["/model/a"], ["/model/a/b", "/models/a", "/model"]),
        ("/model/**", ["/model", "/model/a", "/model/a/b/c"], ["/models", "/x/model/a"]),
        ("/**", ["/a", "/a/b"], []),
        ("/**/prod", ["/prod", "/a/prod", "/a/b/prod"], ["/a/prod/b", "/a/production"]),
        ("/a/**/b/**/c", ["/a/b/c", "/a/x/b/y/z/c", "/a/b/b/c/c"], ["/a/c", "/a/b", "/b/c"]),
        ("/*a*b*", ["/ab", "/xaxbx", "/aab"], ["/ba", "/a/b"]),
        ("/m.1", ["/m.1"], ["/mx1"]),
    ]:
        trust = book.trust(f"path {pattern}", {"subject_paths": [pattern]})
        for path in matching:
            book.good_claims(
                f"{path} matches {pattern}",
                globs,
                claims(sub=f"spiffe://any.example{path}"),
                trust=trust,
            )
        for path in others:
            book.bad_claims(
                f"{path} does not match {pattern}",
                globs,
                claims(sub=f"spiffe://any.example{path}"),
                "binding",
                "claims/sub",
                trust=trust,
            )
    both = book.trust(
        "domain and paths",
        {"trust_domains": ["acme.example"], "subject_paths": ["/x/*", "/model/*"]},
    )
    good(
        "a subject of an allowed domain and the second pattern",
        "spiffe://acme.example/model/m1",
        both,
    )
    bad("a subject of another domain and an allowed path", "spiffe://b.example/model/m1", both)
    bad("a subject of an allowed domain and another path", "spiffe://acme.example/y/m1", both)
    bad(
        "no SPIFFE ID where only paths are configured",
        "/model/a",
        book.trust("only paths", {"subject_paths": ["/model/*"]}),
    )


def add_names(book):
    rule = "rule: an issuer attests the providers and model families that are configured for it"
    trust = book.trust("names", {"providers": ["acme", "b"], "model_families": ["m", "n"]})
    book.good_claims("an allowed provider and family", rule, claims(), trust=trust)
    book.good_claims(
        "the other provider and family", rule, identity(provider="b", model_family="n"), trust=trust
    )
    for member, value in [
        ("provider", "evil"),
        ("provider", "ACME"),
        ("provider", "acme2"),
        ("model_family", "x"),
        ("model_family", "M"),
    ]:
        book.bad_claims(
            f"{member} {value} is not allowed",
            rule,
            identity(**{member: value}),
            "binding",
            f"claims/agent_identity/{member}",
            trust=trust,
        )


def add_policy(book):
    denied = "rule: a denied jti is refused by policy"
    trust = book.trust("denied-token", {"denied_token_ids": ["x", CLAIMS["jti"]]})
    book.bad_claims("a denied jti", denied, claims(), "policy", "claims/jti", trust=trust)
    book.good_claims("another jti of that issuer", denied, claims(jti="y"), trust=trust)

    required = "rule: required claims"

    def needs(*names):
        return {"audience": SERVER, "required_claims": list(names)}

    book.good_claims(
        "all required claims are there",
        required,
        claims(),
        expectations=needs("agent_identity", "nbf"),
    )
    book.bad_claims(
        "a required claim is missing",
        required,
        claims(),
        "claims",
        "claims/agent_integrity",
        expectations=needs("iss", "agent_integrity"),
    )
    book.bad_claims(
        "a required claim of its own is missing",
        required,
        claims(x=1),
        "claims",
        "claims/org",
        expectations=needs("x", "org"),
    )

    can = "rule: required capabilities"

    def capabilities(*names):
        return {"audience": SERVER, "required_capabilities": list(names)}

    place = "claims/attestation_metadata/capabilities_declared"
    declared = metadata(capabilities_declared=["a", "b"])
    book.good_claims(
        "all required capabilities are declared", can, declared, expectations=capabilities("b", "a")
    )
    book.bad_claims(
        "a required capability is not declared",
        can,
        declared,
        "policy",
        place,
        expectations=capabilities("a", "c"),
    )
    book.bad_claims(
        "a required capability in another case",
        can,
        declared,
        "policy",
        place,
        expectations=capabilities("A"),
    )
    book.bad_claims(
        "capabilities are required and none declared",
        can,
        metadata(capabilities_declared=...),
        "policy",
        place,
        expectations=capabilities("a"),
    )

    safety = "rule: minimal < standard < enhanced; the lowest that issuer and server take"
    place = "claims/attestation_metadata/safety_level"
    levels = ["minimal", "standard", "enhanced"]
    for wanted in levels:
        of_issuer = book.trust(f"at least {wanted}", {"lowest_safety_level": wanted})
        of_server = {"audience": SERVER, "lowest_safety_level": wanted}
        for found in levels:
            for who, use in [
                ("issuer", {"trust": of_issuer}),
                ("server", {"expectations": of_server}),
            ]:
                name = f"safety {found} where the {who} wants {wanted}"
                payload = metadata(safety_level=found)
                if levels.index(found) >= levels.index(wanted):
                    book.good_claims(name, safety, payload, **use)
                else:
                    book.bad_claims(name, safety, payload, "policy", place, **use)
    book.bad_claims(
        "the stricter of issuer and server counts",
        safety,
        claims(),
        "policy",
        place,
        trust="at least enhanced",
        expectations={"audience": SERVER, "lowest_safety_level": "minimal"},
    )
    book.bad_claims(
        "a safety level that is absent is standard",
        safety,
        metadata(safety_level=...),
        "policy",
        place,
        trust="at least enhanced",
    )


def add_admission(book):
    """What policy and reject_invalid make of each verdict."""
    rule = "rule: the policy alone decides who is let in"
    for policy in ["required", "preferred", "optional"]:
        for reject in [True, False]:
            expected = {"audience": SERVER, "policy": policy, "reject_invalid": reject}
            how = f"{policy}, bad tokens {'refused' if reject else 'let in'}"
            book.bad(
                f"no token under {how}",
                rule,
                None,
                "not_provided",
                None,
                admitted=policy != "required",
                expectations=expected,
            )
            book.bad(
                f"a forged token under {how}",
                rule,
                token(header={**HEADER, "alg": "none"}),
                "alg",
                "header/alg",
                admitted=policy != "required" and not reject,
                expectations=expected,
            )
            book.good_claims(f"a good token under {how}", rule, claims(), expectations=expected)
