"""The claims about the agent: identity, metadata, integrity, and the key in cnf."""

import hashlib

from vectors import b64, b64url

from attestation.book import (
    AGENT_KEY,
    CLAIMS,
    IDENTITY,
    SERVER,
    STRANGER_KEY,
    bound,
    claims,
    identity,
    jwk,
    metadata,
    token,
)
from attestation.claims_cases import bad


def add(book):
    add_identity(book)
    add_metadata(book)
    add_integrity(book)
    add_confirmation(book)


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
        "a hash of another form that is not expected", rule, integrity(config_hash="md5:x")
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
