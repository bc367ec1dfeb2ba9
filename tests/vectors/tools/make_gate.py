"""Writes gate.json."""

import base64
import datetime
import hashlib
import json

from vectors import FOLDER, b64, b64url, compact, key, lexical, read_lexical

ISSUER, AGENT, OTHER, NEXT = (
    key("TEST 1"),
    key("TEST 2"),
    key("TEST 3"),
    key("TEST SHA(abc)"),
)
NOON = 1771329600000  # 2026-02-17T12:00:00.000Z
HOUR = 3600
SMCP = "SMCP attack catalogue "
FLOW = "callgate, concepts: the flow"
SESSIONS = "callgate, concepts: sessions"
CLOCK = "callgate, concepts: clocks"
PLAN = "callgate, concepts: plans"

POLICIES = {
    "seed": """
- name: default
  capabilities:
    - tool_pattern: "fs.*"
      path_allowlist: [/workspace]
      max_response_size: 100
    - tool_pattern: web.get
      rate_limit: {calls: 3, per_seconds: 60}
      max_response_size: 1000
  deny_list: [fs.delete]
- name: narrow
  capabilities:
    - tool_pattern: fs.read
      path_allowlist: [/workspace/a]
      max_response_size: 50
    - tool_pattern: web.get
      rate_limit: {calls: 2, per_seconds: 60}
  deny_list: [fs.delete]
""",
    "open": """
- {name: default, capabilities: [{tool_pattern: "*"}]}
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
""",
    "shut": """
- {name: default, capabilities: []}
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
""",
    "orphaned": """
- {name: narrow, capabilities: [{tool_pattern: "*"}]}
""",
    "patient": """
- name: default
  capabilities:
    - {tool_pattern: web.get, rate_limit: {calls: 3, per_seconds: 3600}}
""",
    "two limits": """
- name: default
  capabilities:
    - {tool_pattern: web.get, rate_limit: {calls: 1, per_seconds: 60}, max_response_size: 10}
    - {tool_pattern: "web.*", rate_limit: {calls: 1, per_seconds: 30}, max_response_size: 20}
- name: narrow
  capabilities: []
""",
}

vectors = []


def jkt(signer):
    member = compact({"crv": "Ed25519", "kty": "OKP", "x": b64url(signer.public)})
    return b64url(hashlib.sha256(member.encode()).digest())


def token(
    signer=ISSUER,
    header=None,
    id="session-1",
    sub="agent-7",
    scp="default",
    iat=-60,
    exp=HOUR,
    **more,
):
    """Times in seconds from noon; None leaves a claim out."""
    seconds = NOON // 1000
    claims = {"jti": id, "sub": sub, "scp": scp, "iat": seconds + iat, "exp": seconds + exp, **more}
    claims = {name: value for name, value in claims.items() if value is not None}
    header = compact({"alg": "EdDSA", "typ": "JWT"} if header is None else header)
    text = b64url(header.encode()) + "." + b64url(compact(claims).encode())
    return text + "." + b64url(signer.sign(text.encode()))


def call(tool="fs.read", arguments='{"path":"/workspace/a/x"}', id="1", params=None):
    if params is None:
        params = f'{{"name":{json.dumps(tool)},"arguments":{arguments}}}'
    return f'{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{params}}}'


def stamp(at):
    instant = datetime.datetime.fromtimestamp(at // 1000, datetime.timezone.utc)
    return instant.strftime("%Y-%m-%dT%H:%M:%S") + f".{at % 1000:03d}Z"


def envelope(
    payload=None, at=0, signer=AGENT, time=None, protocol="smcp/v1", utf16=False, **claims
):
    """`at` in milliseconds from noon; `time` replaces the text of the timestamp."""
    payload = call() if payload is None else payload
    text = claims.pop("token", None) or token(**claims)
    at += NOON
    message = (
        f'{{"payload":{lexical(read_lexical(payload), utf16)},"security_token":{lexical(text)},'
        f'"timestamp":{at // 1000}}}'
    )
    return (
        f'{{"protocol":"{protocol}","security_token":{lexical(text)},'
        f'"signature":"{b64(signer.sign(message.encode()))}","payload":{payload},'
        f'"timestamp":{lexical(stamp(at) if time is None else time)}}}'
    )


# Steps.


def opening(code=None, now=0, parent=None, signer=AGENT, public_key=None, **claims):
    text = claims.pop("token", None) or token(**claims)
    step = {"op": "open", "now": NOON + now, "token": text}
    step["public_key"] = b64((signer if public_key is None else public_key).public)
    if parent is not None:
        step["parent"] = parent
    return {**step, "code": code}


def renewal(code=None, now=0, session="session-1", **claims):
    return {"op": "renew", "now": NOON + now, "id": session, "token": token(**claims), "code": code}


def end(id="session-1", code=None):
    return {"op": "end", "id": id, "code": code}


def revoke(id="session-1", code=None):
    return {"op": "revoke", "id": id, "code": code}


def send(bytes_, code=None, now=0, **expected):
    step = {"op": "authorize", "now": NOON + now}
    if isinstance(bytes_, bytes):
        step["envelope_base64"] = b64(bytes_)
    else:
        step["envelope"] = bytes_
    return {**step, "allowed": code is None, "code": code, **expected}


def planned(bytes_, outcome, code=None, now=0, **expected):
    return {**send(bytes_, code, now, **expected), "op": "plan", "outcome": outcome}


def policy(name):
    return {"op": "set_policy", "policy": name}


RESTART = {"op": "restart"}
CHILD = {"id": "child", "sub": "helper", "scp": "narrow"}


def add(id, source, *steps, policy="seed", open_=True, **options):
    vector = {"id": id, "source": source, "policy": policy}
    if options:
        vector["options"] = options
    vectors.append({**vector, "steps": [*([opening()] if open_ else []), *steps]})


def refused(id, source, bytes_, code="INVALID_ENVELOPE", **expected):
    """A fault beside the good envelope, which then still passes: the fault wrote nothing."""
    add(id, source, send(bytes_, code, **expected), send(envelope()))


def edited(find, replacement, **rest):
    text = envelope(**rest)
    assert text.count(find) >= 1, find
    return text.replace(find, replacement, 1)


# What is allowed.
add(
    "allow-call",
    "the SMCP document, SmcpEnvelope",
    send(
        envelope(),
        session_id="session-1",
        subject="agent-7",
        context="default",
        method="tools/call",
        tool="fs.read",
        request_id="1",
        arguments='{"path":"/workspace/a/x"}',
        capability=0,
        max_response_size=100,
        payload='{"id":1,"jsonrpc":"2.0","method":"tools/call","params":{"arguments":'
        '{"path":"/workspace/a/x"},"name":"fs.read"}}',
    ),
)
add("allow-seal", "SEAL RFC 7.3", send(envelope(protocol="seal/v1")))
add(
    "allow-arguments-absent",
    SMCP + "23",
    send(
        envelope(call(params='{"name":"t"}')),
        arguments="{}",
        payload='{"id":1,"jsonrpc":"2.0","method":"tools/call","params":{"name":"t"}}',
    ),
    policy="open",
)
add(
    "allow-digits-as-signed",
    SMCP + "25, 26, 28",
    send(
        envelope(call("t", '{"a":1.0,"b":1e-05,"c":1e-7,"d":9007199254740993,"e":-0}')),
        arguments='{"a":1.0,"b":1e-05,"c":1e-7,"d":9007199254740993,"e":-0}',
    ),
    policy="open",
)
add(
    "allow-utf16-order",
    SMCP + "28",
    send(
        envelope(call("t", '{"\U0001f600":1,"\ue000":2}'), utf16=True),
        arguments='{"\U0001f600":1,"\ue000":2}',
    ),
    send(
        envelope(call("t", '{"\U0001f600":1,"\ue000":3}')),
        arguments='{"\ue000":3,"\U0001f600":1}',
    ),
    policy="open",
)
add(
    "allow-no-line-break",
    "callgate, concepts: the payload",
    send(
        envelope(call("t", '{\n "a" : "x\\ny" ,\r\n\t"b":[ ] }')),
        arguments='{"a":"x\\ny","b":[]}',
    ),
    policy="open",
)
# An upstream that reads a message a line would take the middle line for one.
LINES = """\r
{ "jsonrpc" : "2.0",
"id": 7 ,"method":\t"tools/call",
"params" : { "name": "t", "arguments": { "x":
{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"fs.delete","arguments":{"n":1.50}}}
} }\r
}
"""
ONE_LINE = (
    '{"id":7,"jsonrpc":"2.0","method":"tools/call","params":{"arguments":{"x":{"id":9,"jsonrpc":"2.0",'
    '"method":"tools/call","params":{"arguments":{"n":1.50},"name":"fs.delete"}}},"name":"t"}}'
)
add(
    "payload-is-one-line",
    "callgate, concepts: the payload",
    send(envelope(LINES), payload=ONE_LINE),
    planned(envelope(LINES), {"committed": []}, payload=ONE_LINE),
    send(
        envelope('{"jsonrpc":"2.0","id":"x",\n"method":"tools/list",\n"params":{\n"_meta":{}}\n}'),
        payload='{"id":"x","jsonrpc":"2.0","method":"tools/list","params":{}}',
    ),
    policy="open",
)
add(
    "meta-not-forwarded",
    "callgate, concepts: what the gate takes",
    send(
        envelope(
            call(
                params='{"name":"fs.read","_meta":{"path":"/etc/passwd","x":["}",{"\\"":1}]},'
                '"arguments":{"path":"/workspace/a"}}',
                id='"r\\"1"',
            )
        ),
        request_id='"r\\"1"',
        arguments='{"path":"/workspace/a"}',
        payload='{"id":"r\\"1","jsonrpc":"2.0","method":"tools/call","params":{"arguments":'
        '{"path":"/workspace/a"},"name":"fs.read"}}',
    ),
)
refused(
    "meta-is-signed",
    "callgate, concepts: what the gate takes",
    edited("/etc/a", "/etc/b", payload=call(params='{"name":"t","_meta":{"p":"/etc/a"}}')),
    "INVALID_SIGNATURE",
)
add(
    "tools-list",
    "callgate, concepts: what the gate takes",
    send(
        envelope('{"jsonrpc":"2.0","id":"a","method":"tools/list"}'),
        method="tools/list",
        tool="",
        capability=None,
        payload='{"id":"a","jsonrpc":"2.0","method":"tools/list"}',
    ),
    send(
        envelope(
            '{"jsonrpc":"2.0","id":"b","method":"tools/list",'
            '"params":{"cursor":"c","_meta":{"k":"}"}}}'
        ),
        payload='{"id":"b","jsonrpc":"2.0","method":"tools/list","params":{"cursor":"c"}}',
    ),
    send(
        envelope('{"jsonrpc":"2.0","id":"c","method":"tools/list","params":{"_meta":{}}}'),
        payload='{"id":"c","jsonrpc":"2.0","method":"tools/list","params":{}}',
    ),
    send(
        envelope('{"jsonrpc":"2.0","id":"a","method":"tools/list"}'),
        "REPLAY_DETECTED",
        cause="already_seen",
    ),
    end(),
    send(envelope('{"jsonrpc":"2.0","id":"d","method":"tools/list"}'), "SESSION_INACTIVE"),
    policy="shut",
)

# 4a: the envelope.
legacy = json.loads(envelope())
del legacy["protocol"], legacy["timestamp"]
refused("no-protocol-no-timestamp", SMCP + "1", json.dumps(legacy))
refused(
    "inner-mcp",
    SMCP + "2",
    json.dumps({"security_token": token(), "signature": b64(bytes(64)), "inner_mcp": [123, 125]}),
)
add(
    "replay-other-protocol",
    SMCP + "3",
    send(envelope()),
    send(edited("smcp/v1", "seal/v1"), "REPLAY_DETECTED", cause="already_seen"),
)
add(
    "replay-other-fraction",
    SMCP + "4",
    send(envelope(at=583)),
    send(edited(".583Z", ".584Z", at=583), "REPLAY_DETECTED", cause="already_seen"),
    send(edited(".583Z", "Z", at=583), "REPLAY_DETECTED", cause="already_seen"),
)
add(
    "replay-later-fraction-after-first-window",
    "callgate: the fraction is not signed, so an entry lives to the end of its second + window",
    send(envelope(at=1)),
    send(edited(".001Z", ".999Z", at=1), "REPLAY_DETECTED", now=30500, cause="already_seen"),
    send(edited(".001Z", ".999Z", at=1), "REPLAY_DETECTED", now=30999, cause="already_seen"),
    send(edited(".001Z", ".999Z", at=1), "REPLAY_DETECTED", now=31000, cause="outside_window"),
)
refused("time-zone-rewritten", SMCP + "5", edited(".000Z", ".000+00:00"))
signature = json.loads(envelope())["signature"]
for name, text in {
    "newline": signature[:10] + "\\n" + signature[10:],
    "garbage": "!" + signature,
    "padding": signature + "==",
    "url-safe": signature.replace("+", "-").replace("/", "_"),
    "unpadded": signature.rstrip("="),
    "trailing-bits": signature[:-3] + chr(ord(signature[-3]) + 1) + "==",
    "hex": signature.encode().hex(),
    "63-bytes": b64(bytes(63)),
    "65-bytes": b64(bytes(65)),
}.items():
    if text != signature:
        refused("signature-" + name, SMCP + "6, 7", edited(signature, text))
for name, text in {"list": "[1]", "number": "1", "null": "null"}.items():
    refused("signature-" + name, SMCP + "7", edited(f'"{signature}"', text))
ORDER = 2**252 + 27742317777372353535851937790883648493
raw = base64.b64decode(signature)
twin = raw[:32] + (int.from_bytes(raw[32:], "little") + ORDER).to_bytes(32, "little")
refused("signature-plus-group-order", SMCP + "8", edited(signature, b64(twin)), "INVALID_SIGNATURE")
add(
    "token-used-twice",
    SMCP + "10",
    send(envelope()),
    send(envelope(at=1000), now=1000),
)
add(
    "replay-exact",
    SMCP + "11",
    send(envelope()),
    send(envelope(), "REPLAY_DETECTED", cause="already_seen"),
    send(envelope(), "REPLAY_DETECTED", now=29999, cause="already_seen"),
)
add(
    "replay-future-dated",
    SMCP + "12",
    send(envelope(at=30000)),
    *(
        send(envelope(at=30000), "REPLAY_DETECTED", now=now, cause="already_seen")
        for now in (31000, 45000, 59999, 60000)
    ),
    send(envelope(at=30000), "REPLAY_DETECTED", now=61000, cause="outside_window"),
)
add(
    "replay-after-restart",
    SMCP + "13",
    send(envelope()),
    send(envelope(call("web.get", "{}", id="2"))),
    RESTART,
    send(envelope(), "REPLAY_DETECTED", cause="already_seen"),
    send(envelope(call("web.get", "{}", id="3"))),
    send(envelope(call("web.get", "{}", id="4"))),
    send(envelope(call("web.get", "{}", id="5")), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
)
add(
    "replay-flood-is-bounded-a-session",
    SMCP + "14",
    opening(id="session-2", sub="agent-8"),
    send(envelope(call(id="1"))),
    send(envelope(call(id="2"))),
    send(envelope(call(id="3")), "LEDGER_FULL"),
    send(envelope(call(id="1")), "REPLAY_DETECTED"),
    send(envelope(call(id="4"), id="session-2", sub="agent-8")),
    send(envelope(call(id="5"), at=31000), now=31000),
    limits={"max_replay_entries_per_session": 2},
)
add(
    "replay-table-full",
    SMCP + "14",
    send(envelope(call(id="1"))),
    send(envelope(call(id="2")), "LEDGER_FULL"),
    send(envelope(call("shell.run", id="3")), "TOOL_NOT_ALLOWED"),
    send(envelope(call(id="1")), "REPLAY_DETECTED"),
    limits={"max_replay_entries": 1},
)
add(
    "replay-of-denied-call",
    SMCP + "15",
    send(envelope(call("shell.run")), "TOOL_NOT_ALLOWED"),
    policy("open"),
    send(envelope(call("shell.run")), "REPLAY_DETECTED", now=5000, cause="already_seen"),
    send(envelope(call("shell.run"), at=5000), now=5000),
)
add("same-request-id", SMCP + "16", send(envelope()), send(envelope(at=1000), now=1000))
for name, age, code in (
    ("exactly-window", 30000, None),
    ("window-and-1-ms", 30001, "REPLAY_DETECTED"),
    ("30.9-s", 30900, "REPLAY_DETECTED"),
    ("exactly-window-ahead", -30000, None),
    ("window-and-1-ms-ahead", -30001, "REPLAY_DETECTED"),
):
    cause = {} if code is None else {"cause": "outside_window"}
    add("age-" + name, SMCP + "17", send(envelope(at=-age), code, **cause))
add(
    "age-nanoseconds-ahead",
    SMCP + "17",
    send(edited(".000Z", ".000000001Z", at=30000), "REPLAY_DETECTED", cause="outside_window"),
    send(edited(".000Z", ".000000000Z", at=30000)),
)
add(
    "window-configured",
    SMCP + "17",
    send(envelope(at=-5000)),
    send(envelope(at=-5001), "REPLAY_DETECTED", cause="outside_window"),
    window=5,
)
for name, text in {
    "local": "2026-02-17T12:00:00",
    "lower-case": "2026-02-17t12:00:00z",
    "comma": "2026-02-17T12:00:00,000Z",
    "basic": "20260217T120000Z",
    "integer-on-smcp": NOON // 1000,
    "float": float(NOON // 1000) + 0.5,
    "false": False,
}.items():
    refused("timestamp-" + name, SMCP + "18", envelope(time=text))
add(
    "timestamp-integer-on-seal",
    SMCP + "18",
    send(envelope(protocol="seal/v1", time=NOON // 1000)),
)
for name, payload in {
    "string": '"x"',
    "array": "[]",
    "batch": f"[{call()}]",
    "null": "null",
    "empty": "{}",
}.items():
    refused("payload-" + name, SMCP + "19", envelope(payload))
refused(
    "method-as-tool",
    SMCP + "20",
    envelope('{"jsonrpc":"2.0","id":1,"method":"fs.read","params":{"path":"/workspace/x"}}'),
)
for name, method in {
    "space": "tools/call ",
    "case": "Tools/Call",
    "full-width": "tools\uff0fcall",
    "resources": "resources/read",
    "empty": "",
}.items():
    refused("method-" + name, SMCP + "21", edited("tools/call", method, payload=call()))
    refused(
        "method-signed-" + name,
        SMCP + "21",
        envelope(call().replace("tools/call", method)),
    )
add("method-escaped", SMCP + "21", send(envelope(call().replace("tools/call", "tools\\/call"))))
for name, tool in {
    "number": "7",
    "empty": '""',
    "nul": '"fs.read\\u0000"',
    "newline": '"fs.read\\n"',
    "zero-width": '"fs.read\\u200b"',
    "cyrillic": '"fs.re\\u0430d"',
    "long": '"' + "a" * 129 + '"',
}.items():
    refused(
        "tool-" + name, SMCP + "22", envelope(call(params=f'{{"name":{tool},"arguments":{{}}}}'))
    )
for name, arguments in {"null": "null", "array": "[]", "string": '"{}"'}.items():
    refused("arguments-" + name, SMCP + "23", envelope(call(arguments=arguments)))
for name, find, replacement in (
    ("name", '"name":"fs.read"', '"name":"fs.read","name":"fs.delete"'),
    ("path", '"path":"/workspace/a/x"', '"path":"/workspace/a/x","path":"/etc/passwd"'),
    ("path-escaped", '"path":"/workspace/a/x"', '"path":"/workspace/a/x","p\\u0061th":"/etc"'),
    ("envelope", '"protocol":"smcp/v1"', '"protocol":"smcp/v1","protocol":"smcp/v1"'),
    ("params", '"params":{', '"params":{},"params":{'),
):
    refused("duplicate-" + name, SMCP + "24", edited(find, replacement))
for name, find, replacement in (
    ("params", '"params":{', '"Params":{},"params":{'),
    ("name", '"name":"fs.read"', '"name":"fs.read","Name":"fs.delete"'),
    ("arguments", '"arguments":', '"Arguments":{"path":"/etc"},"arguments":'),
    ("method", '"method":', '"METHOD":"tools/list","method":'),
):
    refused(
        "case-variant-" + name, "callgate, concepts: what the gate takes", edited(find, replacement)
    )
for name, payload in {
    "result": call().replace('"method"', '"result":{},"method"'),
    "params-task": call(params='{"name":"fs.read","task":{}}'),
    "no-id": call().replace('"id":1,', ""),
    "id-null": call(id="null"),
    "id-float": call(id="1.0"),
    "id-exponent": call(id="1e2"),
    "id-object": call(id="{}"),
    "jsonrpc-1.0": call().replace('"2.0"', '"1.0"'),
    "jsonrpc-number": call().replace('"2.0"', "2.0"),
    "no-params": '{"jsonrpc":"2.0","id":1,"method":"tools/call"}',
    "params-list": '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}',
    "meta-string": call(params='{"name":"fs.read","_meta":"x"}'),
    "list-with-name": '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"name":"t"}}',
    "list-cursor-number": '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":1}}',
}.items():
    refused("form-" + name, "callgate, concepts: what the gate takes", envelope(payload))
refused(
    "number-smuggled",
    SMCP + "25",
    edited("9007199254740992", "9007199254740993", payload=call("t", '{"n":9007199254740992}')),
    "INVALID_SIGNATURE",
)
refused(
    "number-respelled",
    SMCP + "26",
    edited('"n":1.0', '"n":1', payload=call("t", '{"n":1.0}')),
    "INVALID_SIGNATURE",
)
for name, literal in {
    "1e400": "1e400",
    "nan": "NaN",
    "infinity": "Infinity",
    "leading-zero": "01",
    "plus": "+1",
    "bare-point": ".5",
    "hex": "0x10",
}.items():
    refused(
        "number-" + name,
        SMCP + "27",
        edited('"n":7', f'"n":{literal}', payload=call("t", '{"n":7}')),
    )
refused("lone-surrogate", SMCP + "29", edited("/workspace/a/x", "\\ud800"))
good = envelope().encode()
for name, bytes_ in {
    "overlong": good.replace(b"/workspace/a/x", b"\xc0\xaf"),
    "cesu": good.replace(b"/workspace/a/x", b"\xed\xa0\x80"),
    "bom": b"\xef\xbb\xbf" + good,
    "utf-16": envelope().encode("utf-16"),
    "raw-nul": good.replace(b"/workspace/a/x", b"a\x00b"),
    "text-after-nul": good + b"\x00x",
}.items():
    refused("bytes-" + name, SMCP + "30, 31", bytes_)
refused("deep", SMCP + "32", edited('"/workspace/a/x"', "[" * 80 + "]" * 80))
refused("extra-envelope-member", SMCP + "34", edited('"protocol"', '"admin":true,"protocol"'))
add(
    "prototype-keys",
    SMCP + "35",
    send(
        envelope(call("t", '{"__proto__":{"a":1},"constructor":1,"toJSON":2}')),
        arguments='{"__proto__":{"a":1},"constructor":1,"toJSON":2}',
    ),
    policy="open",
)

# 4b: tokens and sessions.
for name, header in {
    "alg-none": {"alg": "none"},
    "alg-none-cased": {"alg": "nOnE"},
    "alg-hs256": {"alg": "HS256", "typ": "JWT"},
    "alg-rs256": {"alg": "RS256", "typ": "JWT"},
    "alg-list": {"alg": ["EdDSA"]},
    "jwk": {"alg": "EdDSA", "jwk": {"kty": "OKP"}},
    "jku": {"alg": "EdDSA", "jku": "https://evil.example"},
    "crit": {"alg": "EdDSA", "crit": ["b64"], "b64": False},
    "typ": {"alg": "EdDSA", "typ": "at+jwt"},
    "kid": {"alg": "EdDSA", "kid": "../../k"},
}.items():
    refused("token-" + name, SMCP + "38, 39", envelope(header=header), "INVALID_TOKEN")
plain = token()
for name, text in {
    "two-parts": plain.rsplit(".", 1)[0],
    "four-parts": plain + ".x",
    "empty-signature": plain.rsplit(".", 1)[0] + ".",
    "padded": plain + "==",
    "not-a-token": "x",
}.items():
    refused("token-" + name, SMCP + "40", envelope(token=text), "INVALID_TOKEN")
refused("token-of-another-issuer", SMCP + "38", envelope(token=token(OTHER)), "INVALID_TOKEN")
add(
    "token-expires",
    SMCP + "42",
    send(envelope(at=HOUR * 1000 - 1), now=HOUR * 1000 - 1),
    send(envelope(at=HOUR * 1000), "EXPIRED_TOKEN", now=HOUR * 1000),
)
add(
    "token-leeway",
    SMCP + "42",
    send(envelope(at=HOUR * 1000 + 4999), now=HOUR * 1000 + 4999),
    send(envelope(at=HOUR * 1000 + 5000), "EXPIRED_TOKEN", now=HOUR * 1000 + 5000),
    leeway=5,
)
for name, claims, code in (
    ("exp-passed", {"exp": -1}, "EXPIRED_TOKEN"),
    ("exp-missing", {"exp_": 1}, "INVALID_TOKEN"),
    ("iat-ahead", {"iat": 31, "exp": HOUR}, "INVALID_TOKEN"),
    ("nbf-ahead", {"nbf": NOON // 1000 + 1}, "INVALID_TOKEN"),
    ("too-long", {"exp": 25 * HOUR}, "INVALID_TOKEN"),
    ("jti-missing", {"id": None}, "INVALID_TOKEN"),
    ("scp-missing", {"scp": None}, "INVALID_TOKEN"),
    ("sub-missing", {"sub": None}, "INVALID_TOKEN"),
):
    if name == "exp-missing":
        body = {"jti": "session-1", "sub": "agent-7", "scp": "default", "iat": NOON // 1000}
        text = b64url(b'{"alg":"EdDSA"}') + "." + b64url(compact(body).encode())
        bytes_ = envelope(token=text + "." + b64url(ISSUER.sign(text.encode())))
    else:
        bytes_ = envelope(**claims)
    refused("claims-" + name, SMCP + "43", bytes_, code)
refused("claims-other-sub", SMCP + "44", envelope(sub="agent-8"), "INVALID_TOKEN")
refused("claims-other-scp", SMCP + "44, 52", envelope(scp="narrow"), "INVALID_TOKEN")
refused("claims-unknown-session", SMCP + "44", envelope(id="session-2"), "UNKNOWN_SESSION")
refused("claims-other-cnf", SMCP + "44", envelope(cnf={"jkt": jkt(OTHER)}), "INVALID_TOKEN")
add(
    "claims-cnf-dropped",
    SMCP + "44, 45",
    opening(cnf={"jkt": jkt(AGENT)}),
    send(envelope(cnf={"jkt": jkt(AGENT)})),
    send(envelope(), "INVALID_TOKEN"),
    renewal("INVALID_TOKEN", exp=2 * HOUR),
    open_=False,
)
add(
    "claims-session-of-another-agent",
    SMCP + "44",
    opening(id="session-2", sub="agent-8", public_key=OTHER),
    send(envelope(id="session-2", sub="agent-8"), "INVALID_SIGNATURE"),
    send(envelope(signer=OTHER), "INVALID_SIGNATURE"),
    send(envelope(signer=OTHER, id="session-2", sub="agent-8")),
)
refused("stolen-token", SMCP + "46", envelope(signer=OTHER), "INVALID_SIGNATURE")
for name, closing in (("ended", end()), ("revoked", revoke())):
    add(
        "session-" + name,
        SMCP + "47",
        send(envelope()),
        closing,
        send(envelope(call(id="2")), "SESSION_INACTIVE", session_id="session-1"),
        opening("SESSION_INACTIVE"),
        opening("SESSION_INACTIVE", public_key=OTHER),
        renewal("SESSION_INACTIVE", exp=2 * HOUR),
        end(),
        revoke(),
        RESTART,
        send(envelope(call(id="2")), "SESSION_INACTIVE"),
        opening("SESSION_INACTIVE"),
    )
add(
    "session-key-is-not-replaced",
    SMCP + "47, 50",
    opening("KEY_REFUSED", public_key=OTHER),
    opening("KEY_REFUSED", public_key=OTHER, cnf={"jkt": jkt(AGENT)}),
    opening("INVALID_TOKEN", sub="agent-8"),
    opening("INVALID_TOKEN", scp="narrow"),
    opening(exp=2 * HOUR),
    send(envelope()),
)
add(
    "session-open-refused",
    SMCP + "43, 45, 53",
    opening("INVALID_TOKEN", token=token(OTHER)),
    opening("INVALID_TOKEN", id=None),
    opening("EXPIRED_TOKEN", exp=0),
    opening("SCOPE_NOT_FOUND", scp="DEFAULT"),
    opening("SCOPE_NOT_FOUND", scp="default "),
    opening("SCOPE_NOT_FOUND", scp="../admin"),
    opening("KEY_REFUSED", cnf={"jkt": jkt(OTHER)}),
    opening("UNKNOWN_SESSION", parent="nobody"),
    end(code="UNKNOWN_SESSION"),
    revoke(code="UNKNOWN_SESSION"),
    renewal("UNKNOWN_SESSION"),
    send(envelope(), "UNKNOWN_SESSION"),
    open_=False,
)
add(
    "session-renewed",
    SESSIONS,
    renewal(exp=2 * HOUR),
    renewal("INVALID_TOKEN", exp=2 * HOUR, sub="agent-8"),
    renewal("INVALID_TOKEN", exp=2 * HOUR, scp="narrow"),
    renewal("INVALID_TOKEN", exp=2 * HOUR, id="session-2"),
    send(envelope(at=HOUR * 1000, exp=2 * HOUR), now=HOUR * 1000),
    send(envelope(call(id="2"), at=HOUR * 1000), "EXPIRED_TOKEN", now=HOUR * 1000),
)
add(
    "session-not-prolonged-by-an-envelope",
    SESSIONS,
    send(envelope(exp=2 * HOUR)),
    send(envelope(call(id="2"), at=HOUR * 1000, exp=2 * HOUR), "SESSION_INACTIVE", now=HOUR * 1000),
    renewal("SESSION_INACTIVE", exp=2 * HOUR, now=HOUR * 1000),
    opening("SESSION_INACTIVE", exp=2 * HOUR, now=(2 * HOUR - 1) * 1000),
)
add(
    "session-tombstone",
    SESSIONS,
    revoke(),
    opening("SESSION_INACTIVE", exp=2 * HOUR, iat=HOUR, now=(HOUR + 60) * 1000),
    opening("SESSION_INACTIVE", exp=3 * HOUR, iat=2 * HOUR, now=(2 * HOUR + 60) * 1000),
    opening(exp=4 * HOUR, iat=3 * HOUR, now=(3 * HOUR + 60) * 1000 + 1),
)
add(
    "session-tombstone-outlasts-what-was-refused",
    SESSIONS,
    revoke(),
    opening("SCOPE_NOT_FOUND", exp=2 * HOUR, scp="nowhere"),
    opening("UNKNOWN_SESSION", exp=3 * HOUR, parent="nobody"),
    renewal("INVALID_TOKEN", exp=4 * HOUR, sub="agent-8"),
    opening("SESSION_INACTIVE", exp=5 * HOUR, iat=HOUR, now=(HOUR + 60) * 1000 + 1),
    opening("SESSION_INACTIVE", exp=6 * HOUR, iat=4 * HOUR, now=(4 * HOUR + 60) * 1000 + 1),
)
add(
    "sessions-bounded",
    SMCP + "54",
    opening("LEDGER_FULL", id="session-2"),
    send(envelope()),
    opening(id="session-2", iat=HOUR, exp=2 * HOUR, now=(HOUR + 61) * 1000),
    limits={"max_sessions": 1},
)
add(
    "codes-come-from-types",
    SMCP + "57",
    send(envelope(call("backup.signature", "{}")), "TOOL_NOT_ALLOWED"),
    send(envelope(call("fs.read", '{"path":"/x/timestamp"}')), "PATH_NOT_ALLOWED"),
    send(envelope(call("fs.delete", "{}")), "TOOL_EXPLICITLY_DENIED"),
)
add(
    "issuer-keys-replaced",
    SMCP + "39; callgate, concepts: issuer keys",
    send(envelope()),
    {"op": "set_issuer_keys", "issuer_keys": {"next": b64(NEXT.public)}},
    send(envelope(call(id="2")), "INVALID_TOKEN"),
    send(envelope(call(id="3"), token=token(NEXT))),
    {
        "op": "set_issuer_keys",
        "issuer_keys": {"old": b64(ISSUER.public), "next": b64(NEXT.public)},
    },
    send(envelope(call(id="4")), "INVALID_TOKEN"),
    send(envelope(call(id="5"), header={"alg": "EdDSA", "kid": "old"})),
    send(envelope(call(id="6"), header={"alg": "EdDSA", "kid": "next"}), "INVALID_TOKEN"),
)
add(
    "issuer-and-audience",
    SMCP + "59",
    opening("INVALID_TOKEN"),
    opening("INVALID_TOKEN", iss="https://issuer.example"),
    opening(iss="https://issuer.example", aud=["gate", "other"]),
    send(envelope(iss="https://issuer.example", aud="gate")),
    send(envelope(call(id="2"), iss="https://issuer.example", aud="else"), "INVALID_TOKEN"),
    open_=False,
    issuer="https://issuer.example",
    audience="gate",
)

# The order in which failures are reported: each has the fault of its line and all below.
stale = {"at": -31000}
add(
    "order-of-failures",
    FLOW,
    send(
        envelope(
            call(id="null", tool="fs.delete"), signer=OTHER, token=token(OTHER, exp=-1), **stale
        ),
        "INVALID_ENVELOPE",
    ),
    send(
        envelope(call("fs.delete"), signer=OTHER, token=token(OTHER, id="x", exp=-1), **stale),
        "INVALID_TOKEN",
    ),
    send(envelope(call("fs.delete"), signer=OTHER, id="x", exp=-1, **stale), "EXPIRED_TOKEN"),
    send(envelope(call("fs.delete"), signer=OTHER, id="x", **stale), "UNKNOWN_SESSION"),
    send(envelope(call("fs.delete"), signer=OTHER, scp="narrow", **stale), "INVALID_TOKEN"),
    send(
        envelope(call("fs.delete"), signer=OTHER, **stale),
        "INVALID_SIGNATURE",
        session_id="session-1",
        tool="",
    ),
    send(
        envelope(call("fs.delete"), **stale),
        "REPLAY_DETECTED",
        cause="outside_window",
        tool="fs.delete",
    ),
    send(envelope(call("fs.delete")), "TOOL_EXPLICITLY_DENIED", tool="fs.delete"),
    send(envelope(call("fs.delete")), "REPLAY_DETECTED", cause="already_seen"),
    revoke(),
    send(envelope(call("fs.delete"), signer=OTHER, **stale), "SESSION_INACTIVE"),
)

# 4g: limits, swarm, clocks.


def get(request, **rest):
    return envelope(call("web.get", "{}", id=str(request)), **rest)


add(
    "rate-boundary",
    SMCP + "111",
    *(send(get(i, at=59900), now=59900) for i in range(3)),
    send(get(4, at=60100), "RATE_LIMIT_EXCEEDED", now=60100, retry_after=59.8),
    send(get(5, at=119899), "RATE_LIMIT_EXCEEDED", now=119899, retry_after=0.001),
    send(get(6, at=119900), now=119900),
)
add(
    "rate-shared-by-the-root-execution",
    SMCP + "112",
    opening(id="again"),
    opening(parent="session-1", **CHILD),
    send(get(1)),
    send(get(2, id="again")),
    send(get(3, **CHILD)),
    send(get(4), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
    send(get(5, id="again"), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
    send(get(6, **CHILD), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
    opening(id="other", sub="agent-9"),
    send(get(7, id="other", sub="agent-9")),
)
add(
    "rate-not-charged-by-denials-and-replays",
    SMCP + "113",
    *(send(envelope(call("web.put", "{}", id=str(i))), "TOOL_NOT_ALLOWED") for i in range(4)),
    send(get(1)),
    *(send(get(1), "REPLAY_DETECTED") for _ in range(4)),
    send(get(2)),
    send(get(3)),
    send(get(4), "RATE_LIMIT_EXCEEDED"),
    send(get(4), "REPLAY_DETECTED", now=60000),
)
add(
    "rate-next-capability",
    "policy reference, Rates",
    send(get(1), capability=0, max_response_size=10),
    send(get(2), capability=1, max_response_size=20),
    send(get(3), "RATE_LIMIT_EXCEEDED", capability=0, retry_after=30.0),
    policy="two limits",
)
add(
    "rate-period-lengthened-by-a-reload",
    "policy reference, Rates",
    send(get(1)),
    send(get(2, at=1000), now=1000),
    send(get(3, at=30000), now=30000),
    policy("patient"),
    send(get(4, at=60000), "RATE_LIMIT_EXCEEDED", now=60000, retry_after=3540.0),
    policy("seed"),
    send(get(5, at=60000), now=60000),
    send(get(6, at=61000), now=61000),
    policy("patient"),
    send(get(7, at=600000), "RATE_LIMIT_EXCEEDED", now=600000, retry_after=3030.0),
    RESTART,
    send(get(8, at=600000), "RATE_LIMIT_EXCEEDED", now=600000, retry_after=3030.0),
)
add(
    "rate-windows-full",
    SMCP + "112",
    send(get(1)),
    opening(id="other", sub="agent-9"),
    send(get(2, id="other", sub="agent-9"), "LEDGER_FULL"),
    send(get(3)),
    send(get(4, id="other", sub="agent-9", at=60000), now=60000),
    limits={"max_rate_windows": 1},
)
add(
    "response-limits",
    SMCP + "116",
    send(envelope()),
    {"op": "response", "result_json": '"' + "x" * 98 + '"', "allowed": True, "code": None},
    {
        "op": "response",
        "result_json": '"' + "x" * 99 + '"',
        "allowed": False,
        "code": "OUTPUT_SIZE_EXCEEDED",
    },
    {"op": "response", "result_json": "x", "allowed": False, "code": "INVALID_JSON"},
)
add(
    "chain-ceiling",
    SMCP + "117",
    opening(parent="session-1", **CHILD),
    opening("CONTEXT_EXCEEDS_PARENT_CEILING", parent="child", id="wide"),
    opening(parent="session-1", id="same"),
    send(envelope(**CHILD), max_response_size=50),
    send(envelope(call(arguments='{"path":"/workspace/b"}'), **CHILD), "PATH_NOT_ALLOWED"),
    send(envelope(call("fs.write", '{"path":"/workspace/a"}'), **CHILD), "TOOL_NOT_ALLOWED"),
)
add(
    "chain-snapshot-holds",
    SMCP + "117",
    opening(parent="session-1", **CHILD),
    policy("open"),
    send(envelope(call("fs.delete", "{}"), **CHILD), "TOOL_EXPLICITLY_DENIED", context="narrow"),
    send(envelope(call(arguments='{"path":"/etc"}'), **CHILD), "PATH_NOT_ALLOWED", capability=None),
    send(envelope(call("fs.delete", "{}"))),
    RESTART,
    send(envelope(call("fs.delete", "{}", id="2"), **CHILD), "TOOL_EXPLICITLY_DENIED"),
    send(envelope(call(id="3"), **CHILD)),
)
add(
    "chain-context-now-holds",
    SMCP + "117",
    opening(parent="session-1", **CHILD),
    policy("shut"),
    send(envelope(**CHILD), "TOOL_NOT_ALLOWED"),
    policy("orphaned"),
    send(envelope(call(id="2"), **CHILD), "SCOPE_NOT_FOUND"),
    send(envelope(call(id="3")), "SCOPE_NOT_FOUND"),
)
LIST = '{"jsonrpc":"2.0","id":"a","method":"tools/list"}'
add(
    "tools-list-needs-the-contexts",
    "callgate, concepts: what the gate takes",
    opening(parent="session-1", **CHILD),
    policy("orphaned"),
    send(envelope(LIST), "SCOPE_NOT_FOUND", method="tools/list", context="default", payload=""),
    send(envelope(LIST), "REPLAY_DETECTED", cause="already_seen"),
    send(envelope(LIST, **CHILD), "SCOPE_NOT_FOUND", method="tools/list", context="narrow"),
    policy("shut"),
    send(envelope(LIST.replace('"a"', '"b"'))),
    send(envelope(LIST.replace('"a"', '"b"'), **CHILD)),
)
add(
    "chain-ends-with-an-ancestor",
    SESSIONS,
    opening(parent="session-1", **CHILD),
    opening(parent="child", id="grandchild", scp="narrow"),
    send(envelope(id="grandchild", scp="narrow")),
    revoke(),
    send(envelope(**CHILD), "SESSION_INACTIVE"),
    send(envelope(call(id="2"), id="grandchild", scp="narrow"), "SESSION_INACTIVE"),
    opening("SESSION_INACTIVE", parent="grandchild", id="late", scp="narrow"),
)
add(
    "chain-expires-with-an-ancestor",
    SESSIONS,
    opening(parent="session-1", exp=2 * HOUR, **CHILD),
    send(envelope(at=HOUR * 1000 - 1, exp=2 * HOUR, **CHILD), now=HOUR * 1000 - 1),
    send(envelope(at=HOUR * 1000, exp=2 * HOUR, **CHILD), "SESSION_INACTIVE", now=HOUR * 1000),
)
add(
    "chain-depth",
    SMCP + "117",
    opening(parent="session-1", id="a"),
    opening("LIMIT_EXCEEDED", parent="a", id="b"),
    limits={"max_session_depth": 1},
)
add(
    "clock-leap-and-back",
    SMCP + "120",
    send(envelope()),
    send(envelope(call(id="2"), at=600000), now=600000),
    send(envelope(), "CLOCK_STEPPED", now=1000, cause=""),
    send(envelope(call(id="3")), "CLOCK_STEPPED"),
    send(envelope(call(id="4"), at=-31000), "REPLAY_DETECTED", cause="outside_window"),
    send(envelope(call(id="5"), at=600000)),
)
add(
    "clock-lag-of-a-second",
    CLOCK,
    send(envelope()),
    send(envelope(call(id="2"), at=-1000), now=-1000),
    send(envelope(call(id="3"), at=-30500), "REPLAY_DETECTED", now=-1000, cause="outside_window"),
    send(envelope(call(id="4"), at=-30500), "CLOCK_STEPPED", now=-1001),
)
add(
    "clock-token-expired-by-a-leap",
    CLOCK,
    send(envelope(at=HOUR * 1000), "EXPIRED_TOKEN", now=HOUR * 1000),
    send(envelope(), "CLOCK_STEPPED"),
    opening("CLOCK_STEPPED", id="late"),
    renewal("CLOCK_STEPPED"),
)
add(
    "clock-reset",
    CLOCK,
    send(envelope()),
    send(get(1, at=600000), now=600000),
    send(get(2, at=600000), now=600000),
    send(get(3, at=600000), now=600000),
    {"op": "reset_clock", "now": NOON, "code": None},
    send(envelope(), "SESSION_INACTIVE"),
    opening("SESSION_INACTIVE"),
    opening(id="session-2"),
    send(envelope(id="session-2")),
    send(get(4, id="session-2"), "RATE_LIMIT_EXCEEDED", retry_after=60.0),
    send(get(5, id="session-2", at=60000), now=60000),
    {"op": "reset_clock", "now": 0, "code": "INVALID_ARGUMENT"},
)
add(
    "clock-out-of-range",
    CLOCK,
    send(envelope(), "INVALID_ARGUMENT", now=-NOON),
    send(envelope(), "INVALID_ARGUMENT", now=7258118400001 - NOON),
    send(envelope()),
)

# Plans.
CHARGE = {"calls": 3, "per_seconds": 60}
add(
    "plan-parts",
    PLAN,
    opening(parent="session-1", **CHILD),
    planned(
        get(1, at=7, **CHILD),
        {"committed": [0, 0]},
        replay=True,
        sessions=["child", "session-1"],
        timestamp=NOON + 7,
        charges=[
            [{"key": "narrow web.get 0 agent-7", "calls": 2, "per_seconds": 60}],
            [{"key": "default web.get 0 agent-7", "calls": 3, "per_seconds": 60}],
        ],
    ),
    planned(envelope(), {"committed": []}, replay=True, sessions=["session-1"], charges=[]),
    planned(
        envelope(call("fs.delete")),
        {"committed": []},
        "TOOL_EXPLICITLY_DENIED",
        replay=True,
        charges=[],
    ),
    planned(envelope(signer=OTHER), {"committed": []}, "INVALID_SIGNATURE", replay=False),
    planned(envelope(at=-31000), {"committed": []}, "REPLAY_DETECTED", replay=False),
    # None of it was written here.
    send(get(1, at=7, **CHILD)),
)
add(
    "plan-outcomes",
    PLAN,
    planned(get(1), {"committed": [0]}),
    planned(get(1), {"committed": [1]}, "LEDGER_UNAVAILABLE"),
    planned(get(1), {"committed": []}, "LEDGER_UNAVAILABLE"),
    planned(get(1), {"already_seen": True}, "REPLAY_DETECTED", cause="already_seen"),
    planned(get(1), {"rate_limited": 1.5}, "RATE_LIMIT_EXCEEDED", retry_after=1.5),
    planned(get(1), {"rate_limited": -0.001}, "LEDGER_UNAVAILABLE"),
    planned(get(1), {"session_inactive": True}, "SESSION_INACTIVE"),
    planned(get(1), {"full": True}, "LEDGER_FULL"),
    planned(get(1), {"unavailable": True}, "LEDGER_UNAVAILABLE"),
    planned(envelope(call("no")), {"unavailable": True}, "TOOL_NOT_ALLOWED"),
    planned(envelope(call("no")), {"already_seen": True}, "REPLAY_DETECTED", cause="already_seen"),
)

ids = [vector["id"] for vector in vectors]
assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
content = {
    "issuer_keys": {"issuer": b64(ISSUER.public)},
    "policies": POLICIES,
    "vectors": vectors,
}
lines = ",\n  ".join(json.dumps(vector, ensure_ascii=True) for vector in vectors)
head = json.dumps({name: content[name] for name in ("issuer_keys", "policies")}, ensure_ascii=True)
(FOLDER / "gate.json").write_text(head[:-1] + ',\n "vectors": [\n  ' + lines + "\n ]}\n")
print("gate.json", len(vectors), "vectors", sum(len(v["steps"]) for v in vectors), "steps")
