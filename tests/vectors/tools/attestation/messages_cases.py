"""What a message carries, what a proof binds of it, key sets, issued tokens, and reasons."""

import hashlib
import json

from vectors import Key, b64, b64url, compact

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

ID = "dev.callgate/agent-attestation"
LEGACY = "security.attestation"
VERSION = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}


def add(book):
    add_messages(book)
    add_hashes(book)
    add_jwks(book)
    add_issued(book)
    add_reasons(book)


def sha(params):
    return hashlib.sha256(compact(params).encode()).hexdigest()


def call(meta, arguments=None, **top):
    params = {"name": "t", "arguments": arguments or {}, "_meta": meta}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params, **top}


def initialize(experimental=..., capabilities=...):
    if capabilities is ...:
        capabilities = {} if experimental is ... else {"experimental": experimental}
    params = {"protocolVersion": "2025-11-25", "capabilities": capabilities}
    return {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}


def add_messages(book):
    def add(name, source, message, **expect):
        text = message if isinstance(message, str) else compact(message)
        book.messages.append({"name": name, "source": source, "json": text, **expect})

    wire = "rule: _meta[dev.callgate/agent-attestation] = {token, proof}"
    bare = {"name": "t", "arguments": {}, "_meta": VERSION}
    read = {"kind": "request", "id_json": "1", "method": "tools/call", "era": "modern"}
    add(
        "a modern call with token and proof",
        wire,
        call({**VERSION, ID: {"token": "a.b.c", "proof": "d.e.f"}}),
        **read,
        token="a.b.c",
        proof="d.e.f",
        request_hash_hex=sha(bare),
    )
    add("a modern call without a carrier", wire, call(VERSION), **read, request_hash_hex=sha(bare))
    add(
        "our carrier alone makes a message modern",
        wire,
        call({ID: {"token": "a"}}),
        **read,
        token="a",
        request_hash_hex=sha({"name": "t", "arguments": {}, "_meta": {}}),
    )
    add(
        "the rest of _meta is bound",
        wire,
        call({**VERSION, ID: {}, "progressToken": 7}),
        **read,
        request_hash_hex=sha({**bare, "_meta": {**VERSION, "progressToken": 7}}),
    )
    add(
        "unknown members of the carrier are ignored",
        wire,
        call({**VERSION, ID: {"token": "a", "x": 1}}),
        **read,
        token="a",
        request_hash_hex=sha(bare),
    )
    null = "rule: null is absent in a carrier"
    add(
        "a carrier that is null",
        null,
        call({**VERSION, ID: None}),
        **read,
        request_hash_hex=sha(bare),
    )
    add(
        "a token and proof that are null",
        null,
        call({**VERSION, ID: {"token": None, "proof": None}}),
        **read,
        request_hash_hex=sha(bare),
    )
    add(
        "_meta is null",
        null,
        call(None),
        kind="request",
        id_json="1",
        method="tools/call",
        era="legacy",
        request_hash_hex=sha({"name": "t", "arguments": {}, "_meta": None}),
    )
    wrong = "rule: a carrier of the wrong shape is malformed, with its place"
    place = "/params/_meta/dev.callgate~1agent-attestation"
    for name, value in [("a string", "a.b.c"), ("a list", []), ("a number", 1), ("true", True)]:
        add(
            f"a carrier that is {name}",
            wrong,
            call({**VERSION, ID: value}),
            **read,
            request_hash_hex=sha(bare),
            carrier_fault=place,
        )
    add(
        "a token that is a number",
        wrong,
        call({ID: {"token": 1}}),
        **read,
        carrier_fault=place + "/token",
    )
    add(
        "a token that is a JWS object",
        wrong,
        call({ID: {"token": {"payload": "x"}}}),
        **read,
        carrier_fault=place + "/token",
    )
    add(
        "a proof that is a list",
        wrong,
        call({ID: {"token": "a", "proof": []}}),
        **read,
        token="a",
        carrier_fault=place + "/proof",
    )
    add("an empty token is one", wrong, call({ID: {"token": ""}}), **read, token="")

    legacy = "rule: capabilities.experimental[security.attestation] of initialize"
    began = {"kind": "request", "id_json": "0", "method": "initialize", "era": "legacy"}

    def bare_init(capabilities):
        return sha({"protocolVersion": "2025-11-25", "capabilities": capabilities})

    full = {
        "version": "0.1.0",
        "token": "a.b.c",
        "supported_algorithms": ["EdDSA"],
        "attestation_types": ["provider", "enterprise"],
    }
    add(
        "initialize with a token",
        legacy,
        initialize({LEGACY: full}),
        **began,
        token="a.b.c",
        request_hash_hex=bare_init({"experimental": {}}),
    )
    add(
        "initialize with token and proof",
        legacy,
        initialize({LEGACY: {"token": "a", "proof": "p"}, "x": {}}),
        **began,
        token="a",
        proof="p",
        request_hash_hex=bare_init({"experimental": {"x": {}}}),
    )
    add(
        "initialize without experimental",
        legacy,
        initialize(),
        **began,
        request_hash_hex=bare_init({}),
    )
    add(
        "experimental is null",
        null,
        initialize(None),
        **began,
        request_hash_hex=bare_init({"experimental": None}),
    )
    add(
        "the capability is null",
        null,
        initialize({LEGACY: None}),
        **began,
        request_hash_hex=bare_init({"experimental": {}}),
    )
    add(
        "capabilities is null",
        null,
        initialize(capabilities=None),
        **began,
        request_hash_hex=bare_init(None),
    )
    for name, experimental, fault in [
        ("experimental is a string", "x", "/params/capabilities/experimental"),
        (
            "the capability is a string",
            {LEGACY: "a.b.c"},
            "/params/capabilities/experimental/security.attestation",
        ),
        (
            "the legacy token is a number",
            {LEGACY: {"token": 7}},
            "/params/capabilities/experimental/security.attestation/token",
        ),
    ]:
        add(name, wrong, initialize(experimental), **began, carrier_fault=fault)
    add(
        "capabilities is a list",
        wrong,
        initialize(capabilities=[]),
        **began,
        carrier_fault="/params/capabilities",
    )
    modern_in_init = initialize({})
    modern_in_init["params"]["_meta"] = {ID: {"token": "a"}}
    add(
        "initialize is legacy whatever its _meta has",
        legacy,
        modern_in_init,
        **began,
        request_hash_hex=sha(modern_in_init["params"]),
    )
    later = {"jsonrpc": "2.0", "id": "x", "method": "tools/list", "params": {}}
    add(
        "a later legacy request carries nothing",
        legacy,
        {**later, "params": {"capabilities": {"experimental": {LEGACY: {"token": "a"}}}}},
        kind="request",
        id_json='"x"',
        method="tools/list",
        era="legacy",
    )

    rpc = "JSON-RPC 2.0 section 4; MCP 2025-11-25, basic protocol"
    add(
        "a request without params",
        rpc,
        {"jsonrpc": "2.0", "id": 5, "method": "ping"},
        kind="request",
        id_json="5",
        method="ping",
        era="legacy",
        request_hash_hex=sha({}),
    )
    add(
        "a notification",
        rpc,
        {"jsonrpc": "2.0", "method": "notifications/x", "params": {"_meta": {ID: {"token": "a"}}}},
        kind="notification",
        method="notifications/x",
        era="modern",
        token="a",
    )
    add("a response", rpc, {"jsonrpc": "2.0", "id": 5, "result": {}}, kind="response", id_json="5")
    add(
        "an error response",
        rpc,
        {"jsonrpc": "2.0", "id": None, "error": {"code": -1, "message": "x"}},
        kind="response",
        id_json="null",
    )
    add(
        "a large id is kept as it was written",
        rpc,
        '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}',
        kind="request",
        id_json="9007199254740993",
        method="ping",
        era="legacy",
    )
    for name, text, where in [
        ("a batch", [later], None),
        ("a string", '"x"', None),
        ("no jsonrpc", {"id": 1, "method": "x"}, "/jsonrpc"),
        ("jsonrpc 1.0", {"jsonrpc": "1.0", "id": 1, "method": "x"}, "/jsonrpc"),
        ("jsonrpc as a number", '{"jsonrpc":2.0,"id":1,"method":"x"}', "/jsonrpc"),
        ("no method", {"jsonrpc": "2.0", "id": 1}, "/method"),
        ("method and result", {"jsonrpc": "2.0", "id": 1, "method": "x", "result": 1}, "/method"),
        ("a method that is a number", {"jsonrpc": "2.0", "id": 1, "method": 1}, "/method"),
        ("an empty method", {"jsonrpc": "2.0", "id": 1, "method": ""}, "/method"),
        ("an id that is null", {"jsonrpc": "2.0", "id": None, "method": "x"}, "/id"),
        ("an id that is an object", {"jsonrpc": "2.0", "id": {}, "method": "x"}, "/id"),
        ("an id with a fraction", {"jsonrpc": "2.0", "id": 1.5, "method": "x"}, "/id"),
        ("a response without an id", {"jsonrpc": "2.0", "result": 1}, "/id"),
        (
            "params that are a list",
            {"jsonrpc": "2.0", "id": 1, "method": "x", "params": []},
            "/params",
        ),
        (
            "params that are null",
            {"jsonrpc": "2.0", "id": 1, "method": "x", "params": None},
            "/params",
        ),
    ]:
        add(f"refused: {name}", rpc, text, code="INVALID_ENVELOPE", where=where)
    strict = "RFC 8259; duplicate names are refused"
    add(
        "refused: the carrier twice",
        strict,
        compact(call({ID: {"token": "a"}})).replace(f'"{ID}":', f'"{ID}":{{}},"{ID}":'),
        code="INVALID_JSON",
    )
    add("refused: no JSON", strict, "{", code="INVALID_JSON", where="byte 1")
    add(
        "refused: params twice",
        strict,
        '{"jsonrpc":"2.0","id":1,"method":"x","params":{},"params":{}}',
        code="INVALID_JSON",
    )
    number = "RFC 8785 section 3.2.2.3; a number that readers disagree about cannot be proven"
    message = compact(call(VERSION, {"n": 9007199254740993}))
    add(
        "a number beyond 2^53",
        number,
        message,
        **read,
        unhashable=f"byte {message.index('9007199254740993')}",
    )


def add_hashes(book):
    def add(name, source, params, era="modern", bound=None, **expect):
        text = params if isinstance(params, str) else json.dumps(params)
        if bound is not None:
            expect["hash_hex"] = hashlib.sha256(bound.encode()).hexdigest()
        book.hashes.append({"name": name, "source": source, "era": era, "params": text, **expect})

    rule = "rule: SHA-256 of the RFC 8785 form of params without our carrier"
    add("empty params", rule, "{}", bound="{}")
    add(
        "white space and order do not count",
        rule,
        '{ "b" : 1.0,\n "a":[ ] }',
        bound='{"a":[],"b":1}',
    )
    add(
        "the modern carrier is left out",
        rule,
        {"a": 1, "_meta": {ID: {"token": "x"}, "b": 2}},
        bound='{"_meta":{"b":2},"a":1}',
    )
    add("_meta stays where it becomes empty", rule, {"_meta": {ID: {}}}, bound='{"_meta":{}}')
    add(
        "the legacy carrier is left out",
        rule,
        {"capabilities": {"experimental": {LEGACY: {"token": "x"}, "b": {}}, "roots": {}}},
        "legacy",
        '{"capabilities":{"experimental":{"b":{}},"roots":{}}}',
    )
    add(
        "the legacy carrier is bound in the modern era",
        rule,
        {"capabilities": {"experimental": {LEGACY: 1}}},
        bound='{"capabilities":{"experimental":{"security.attestation":1}}}',
    )
    add(
        "the modern carrier is bound in the legacy era",
        rule,
        {"_meta": {ID: 1}},
        "legacy",
        '{"_meta":{"dev.callgate/agent-attestation":1}}',
    )
    add(
        "a carrier elsewhere is bound",
        rule,
        {ID: 1, "arguments": {"_meta": {ID: 2}}},
        bound='{"arguments":{"_meta":{"dev.callgate/agent-attestation":2}},'
        '"dev.callgate/agent-attestation":1}',
    )
    add(
        "keys are in the order of UTF-16",
        "RFC 8785 section 3.2.3",
        '{"\\ufb33":1,"\\ud83d\\ude00":2}',
        bound='{"\U0001f600":2,"\ufb33":1}',
    )
    add(
        "numbers are as ECMAScript writes them",
        "RFC 8785 section 3.2.2.3",
        '{"a":1e21,"b":0.000001,"c":-0}',
        bound='{"a":1e+21,"b":0.000001,"c":0}',
    )
    add("_meta that is no object is bound", rule, {"_meta": "x"}, bound='{"_meta":"x"}')
    add(
        "an integer beyond 2^53",
        "RFC 8785 section 3.2.2.3",
        '{"a":9007199254740993}',
        code="INVALID_JSON",
        where="byte 5",
    )
    add("params that are a list", rule, "[]", code="INVALID_JSON")
    add("a name twice", "RFC 7493 section 2.3", '{"a":1,"a":1}', code="INVALID_JSON")


def add_jwks(book):
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


def add_issued(book):
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


def add_reasons(book):
    """As rule 6 gives them: code, HTTP status, code before MCP 2026-07-28."""
    codes = {
        -32010: "malformed alg kid signature claims version",
        -32011: "expired not_yet_valid lifetime",
        -32012: "replay",
        -32013: "untrusted_issuer",
        -32014: "audience binding",
        -32015: "policy",
        -32016: "proof",
        -32017: "unavailable",
        -32021: "not_provided",
    }
    statuses = {"policy": 403, "unavailable": 503, "not_provided": 400}
    legacy = {
        "not_provided": -32001,
        "expired": -32003,
        "replay": -32004,
        "untrusted_issuer": -32005,
        "claims": -32006,
        "policy": -32006,
    }
    for code, names in codes.items():
        for name in names.split():
            book.reasons.append(
                {
                    "name": name,
                    "code": code,
                    "http_status": statuses.get(name, 401),
                    "legacy_code": legacy.get(name, -32002),
                }
            )
