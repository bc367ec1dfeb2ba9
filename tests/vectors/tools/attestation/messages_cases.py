"""What a message carries, and what a proof binds of it."""

import hashlib
import json

from vectors import compact

ID = "dev.callgate/agent-attestation"
LEGACY = "security.attestation"
VERSION = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}


def add(book):
    add_messages(book)
    add_hashes(book)


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
