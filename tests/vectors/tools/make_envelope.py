"""Writes envelope.json.

The list `sdk` is kept from the file as it stands: those envelopes came out of the published SMCP
SDKs for Python and TypeScript and cannot be made again.
"""

import datetime
import hashlib
import json

from vectors import FOLDER, b64, key, lexical, read_lexical, write

AGENT, OTHER = key("TEST 1"), key("TEST 2")
L = 2**252 + 27742317777372353535851937790883648493
TOKEN = "header.claims.signature"
TIME, SECONDS = "2026-02-17T14:32:01.583Z", 1771338721
CALL = (
    '{"jsonrpc":"2.0","id":"req-1","method":"tools/call","params":{"name":"fs.read",'
    '"arguments":{"path":"/workspace/a"}}}'
)
DOCUMENT = "the SMCP document, SmcpEnvelope"
KNOWN = "callgate, against a known attack"

cases = []


def message(payload, token=TOKEN, seconds=SECONDS, utf16=False):
    canonical = lexical(read_lexical(payload), utf16)
    return f'{{"payload":{canonical},"security_token":{lexical(token)},"timestamp":{seconds}}}'


def signature(payload=CALL, signer=AGENT, **rest):
    return signer.sign(message(payload, **rest).encode())


def members(payload=CALL, token=TOKEN, time=TIME, seconds=SECONDS, protocol="smcp/v1", **rest):
    """The five members in wire order, each as JSON text."""
    signed = signature(payload, token=token, seconds=seconds, **rest)
    return {
        "protocol": lexical(protocol),
        "security_token": lexical(token),
        "signature": lexical(b64(signed)),
        "payload": payload,
        "timestamp": lexical(time),
    }


def text(parts):
    return "{" + ",".join(f'"{name}":{value}' for name, value in parts.items()) + "}"


def wire(**rest):
    return text(members(**rest))


def milliseconds(time):
    instant = datetime.datetime.fromisoformat(time[:19] + "+00:00")
    fraction = (time[19:].strip(".Z") + "000")[:3]
    return int(instant.timestamp()) * 1000 + int(fraction)


def add(name, data, code=None, source=DOCUMENT, where=None, public=AGENT, **ok):
    case = {"name": name, "public_key": b64(public.public)}
    if isinstance(data, bytes):
        case["wire_base64"] = b64(data)
    else:
        case["wire"] = data
    if code:
        case["code"] = code
        if where is not None:
            case["where"] = where
    else:
        case.update(
            {
                "payload": lexical(read_lexical(CALL)),
                "timestamp_ms": milliseconds(TIME),
                "protocol": "smcp/v1",
                "security_token": TOKEN,
                **ok,
            }
        )
    case["source"] = source
    cases.append(case)


def good(name, data=None, source=DOCUMENT, **rest):
    add(name, wire() if data is None else data, None, source, **rest)


def bad(name, data, where=None, source=DOCUMENT, **rest):
    add(name, data, "INVALID_ENVELOPE", source, where, **rest)


def forged(name, data, source=KNOWN, **rest):
    add(name, data, "INVALID_SIGNATURE", source, "/signature", **rest)


def good_payload(name, payload, source=DOCUMENT, utf16=False):
    good(
        f"payload: {name}",
        wire(payload=payload, utf16=utf16),
        source,
        payload=lexical(read_lexical(payload), utf16),
    )


# Good.
good("as an SDK writes it")
good("seal/v1", wire(protocol="seal/v1"), protocol="seal/v1")
good("members in another order", text(dict(reversed(members().items()))))
good(
    "white space between all tokens",
    '\n{ "protocol" : "smcp/v1" ,\t"security_token":\r\n"'
    + TOKEN
    + '" , "signature": '
    + members()["signature"]
    + ' , "payload" : '
    + CALL.replace(":", " : ").replace(",", " ,\n")
    + ' , "timestamp" : "'
    + TIME
    + '" }\n',
)
good(
    "names and values written with escapes",
    wire()
    .replace('"payload"', '"\\u0070ayload"')
    .replace("smcp/v1", "smcp\\/v\\u0031")
    .replace("T14:32", "\\u005414:32"),
)
good(
    "token with characters that are escaped",
    wire(token='a"\\\u0001/é.b.c'),
    security_token='a"\\\u0001/é.b.c',
)
for time, name in (
    ("2026-02-17T14:32:01Z", "no decimals"),
    ("2026-02-17T14:32:01.5Z", "one decimal"),
    ("2026-02-17T14:32:01.583921Z", "six decimals"),
    ("2026-02-17T14:32:01.999999999Z", "nine decimals, dropped and not rounded"),
    ("2026-02-17T14:32:01.000000000Z", "nine zeros"),
):
    good(f"timestamp: {name}", wire(time=time), timestamp_ms=milliseconds(time))
for time, name in (
    ("2024-02-29T23:59:59.999Z", "a leap day"),
    ("2001-01-01T00:00:00Z", "the first second"),
    ("2200-12-31T23:59:59Z", "the last second"),
    ("2100-02-28T00:00:00Z", "2100"),
):
    good(
        f"timestamp: {name}",
        wire(time=time, seconds=milliseconds(time) // 1000),
        timestamp_ms=milliseconds(time),
    )
good(
    "timestamp: an integer on seal/v1",
    text({**members(protocol="seal/v1"), "timestamp": str(SECONDS)}),
    protocol="seal/v1",
    timestamp_ms=SECONDS * 1000,
    source="SEAL gateways, ts_seconds",
)

good_payload("empty object, whose content is not the envelope's business", "{}")
good_payload("any JSON-RPC", '{"method":"tools/list","id":1,"jsonrpc":"2.0"}')
good_payload(
    "floats as Python signs them", '{"a":1.0,"b":1e-05,"c":-0.0,"d":100.0,"e":1e+16}', "Python SDK"
)
good_payload(
    "floats as TypeScript signs them", '{"a":1e-7,"b":1e+21,"c":0.00001}', "TypeScript SDK"
)
good_payload(
    "integers beyond 2^53 keep their digits",
    '{"a":9007199254740993,"b":123456789012345678901234567890}',
    "Python SDK",
)
good_payload(
    "line breaks around a whole request, which a line reader would take for a message",
    '{"a":1,\r\n"arguments" : {"x" :\n'
    '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"t","arguments":{"n":1.50}}}\n'
    "\t}\r\n}",
    "callgate, concepts: the payload",
)
good_payload("keys in code-point order", '{"\U0001f600":1,"\ue000":2,"a":3}', "Python SDK")
good_payload("keys in UTF-16 order", '{"\U0001f600":1,"\ue000":2,"a":3}', "TypeScript SDK", True)
good_payload(
    "keys in UTF-16 order, deep within lists",
    '{"x":[1,[{"y":{"\uffff":1,"\U00010000":{"\U0010ffff":1,"\ufb33":2}}}]]}',
    "TypeScript SDK",
    True,
)
good_payload("NFC and NFD keys stay apart", '{"\u00e9":1,"e\u0301":2}', "Python SDK")
good_payload("all short escapes", '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\\u2028"}')
good_payload("surrogate pairs written as escapes", '{"\\ud83d\\ude00":"\\ud83d\\ude00"}')
good_payload(
    "names that JavaScript gives a meaning",
    '{"__proto__":{"a":1},"constructor":1,"toJSON":2}',
    KNOWN,
)
good_payload("64 levels with the envelope's own", '{"a":' + "[" * 62 + "]" * 62 + "}")
good_payload("NUL as an escape", '{"a":"b\\u0000c"}')

# What the signature covers.
changed = members()
forged(
    "payload changed",
    text({**changed, "payload": CALL.replace("/workspace/a", "/etc/passwd")}),
    "SMCP RFC 11.1.2",
)
forged("payload with a member more", text({**changed, "payload": CALL[:-1] + ',"x":1}'}))
forged("token changed", text({**changed, "security_token": '"header.claims.other"'}))
forged(
    "second of the timestamp changed",
    text({**changed, "timestamp": lexical(TIME.replace(":01.", ":02."))}),
)
forged("signed for another second", wire(seconds=SECONDS + 1))
forged("another key", wire(), public=OTHER)
forged("signed by another key", wire(signer=OTHER))
forged(
    "one digit of a number changed where doubles do not differ",
    text({**members(payload='{"a":9007199254740992}'), "payload": '{"a":9007199254740993}'}),
)
forged(
    "number rewritten with the same value",
    text({**members(payload='{"a":1.0}'), "payload": '{"a":1}'}),
)
forged(
    "exponent rewritten with the same value",
    text({**members(payload='{"a":100}'), "payload": '{"a":1e2}'}),
)
forged(
    "digits added where doubles do not differ",
    text({**members(payload='{"a":0.1}'), "payload": '{"a":0.1000000000000000055}'}),
)
forged(
    "NFC where NFD was signed",
    text({**members(payload='{"e\u0301":1}'), "payload": '{"\u00e9":1}'}),
)
forged(
    "signed over the payload alone",
    text({**changed, "signature": lexical(b64(AGENT.sign(lexical(read_lexical(CALL)).encode())))}),
)
forged(
    "signed in source order",
    text(
        {
            **changed,
            "signature": lexical(
                b64(
                    AGENT.sign(
                        (
                            f'{{"payload":{CALL},"security_token":"{TOKEN}","timestamp":{SECONDS}}}'
                        ).encode()
                    )
                )
            ),
        }
    ),
)
forged(
    "keys in neither order",
    text(
        {
            **members(),
            "payload": '{"b":1,"a":{"d":1,"c":2}}',
            "signature": lexical(
                b64(
                    AGENT.sign(
                        (
                            f'{{"payload":{{"b":1,"a":{{"d":1,"c":2}}}},"security_token":'
                            f'"{TOKEN}","timestamp":{SECONDS}}}'
                        ).encode()
                    )
                )
            ),
        }
    ),
)
forged("all-zero signature", text({**changed, "signature": lexical(b64(bytes(64)))}))
raw = signature()
s_plus_l = raw[:32] + (int.from_bytes(raw[32:], "little") + L).to_bytes(32, "little")
forged("S + L", text({**changed, "signature": lexical(b64(s_plus_l))}), "RFC 8032 section 8.4")
for bit in (0, 255, 256, 508):
    flipped = bytearray(raw)
    flipped[bit // 8] ^= 1 << bit % 8
    forged(
        f"bit {bit} of the signature flipped",
        text({**changed, "signature": lexical(b64(bytes(flipped)))}),
    )
# ... and what it does not cover: the same envelope to whoever looks for replays.
good(
    "milliseconds changed",
    wire().replace(".583Z", ".584Z"),
    KNOWN,
    timestamp_ms=milliseconds(TIME) + 1,
)
good("protocol changed", wire().replace("smcp/v1", "seal/v1"), KNOWN, protocol="seal/v1")

# Members.
for name in members():
    without = members()
    del without[name]
    bad(f"without {name}", text(without), f"/{name}")
    bad(
        f"{name} in capitals",
        text({name.upper() if n == name else n: v for n, v in members().items()}),
        f"/{name}",
        KNOWN,
    )
    bad(
        f"{name} twice with different case",
        text({**members(), name.capitalize(): "1"}),
        f"/{name}",
        KNOWN,
    )
    bad(f"{name} twice", text(members())[:-1] + f',"{name}":{members()[name]}}}', None, KNOWN)
    bad(
        f"{name} twice, once escaped",
        text(members())[:-1] + f',"\\u{ord(name[0]):04x}{name[1:]}":{members()[name]}}}',
        None,
        KNOWN,
    )
    bad(f"{name} null", text({**members(), name: "null"}), f"/{name}")
for name in ("container_id", "tenant_id", "admin", "", "payload ", "__proto__"):
    bad(
        f"a sixth member {json.dumps(name)}",
        text({**members(), name: "true"}),
        None,
        "gateways of today ignore it",
    )
two = members()
bad(
    "SMCP era without protocol and timestamp, signed over the payload alone",
    text(
        {
            "security_token": two["security_token"],
            "signature": lexical(b64(AGENT.sign(CALL.encode()))),
            "payload": CALL,
        }
    ),
    "/protocol",
    KNOWN,
)
bad(
    "inner_mcp",
    text(
        {
            "security_token": two["security_token"],
            "signature": two["signature"],
            "inner_mcp": json.dumps(list(CALL.encode()), separators=(",", ":")),
        }
    ),
    None,
    KNOWN,
)
for what, body in (
    ("a list", f"[{wire()}]"),
    ("a string", lexical(wire())),
    ("null", "null"),
    ("empty", ""),
    ("an empty object", "{}"),
    ("two", wire() + wire()),
    ("text after it", wire() + "x"),
    ("NUL after it", wire() + "\0"),
    ("cut off", wire()[:-1]),
    ("a comment", wire().replace("{", "{/**/", 1)),
    ("a comma at the end", wire()[:-1] + ",}"),
):
    bad(f"body: {what}", body)

# Protocol, token, payload.
for value in ("smcp/v2", "SMCP/v1", "smcp/v1 ", "smcp", "", "seal/v1.0"):
    bad(f"protocol {json.dumps(value)}", wire(protocol=value), "/protocol")
for value in ("1", "true", '["smcp/v1"]', "{}"):
    bad(f"protocol {value}", text({**members(), "protocol": value}), "/protocol")
for value, name in (
    ('""', "empty"),
    ("1", "a number"),
    ('["a"]', "a list"),
    ("{}", "an object"),
    (lexical("a" * 8193), "over the limit on tokens"),
):
    bad(f"security_token {name}", text({**members(), "security_token": value}), "/security_token")
for value in ('"x"', "[]", "[1]", f"[{CALL}]", "1", "true", lexical(CALL)):
    signed = members()
    signed["signature"] = lexical(
        b64(
            AGENT.sign(
                f'{{"payload":{value},"security_token":"{TOKEN}","timestamp":{SECONDS}}}'.encode()
            )
        )
    )
    bad(f"payload is {value[:20]}, well signed", text({**signed, "payload": value}), "/payload")

# Signature: one spelling.
b = b64(raw)
url = b.replace("+", "-").replace("/", "_")
spellings = {
    "line break in it": b[:40] + "\\n" + b[40:],
    "line break after it": b + "\\n",
    "space before it": " " + b,
    "garbage in it": b[:40] + "!@#$" + b[40:],
    "padding too long": b + "==",
    "padding missing": b[:-2],
    "padding half": b[:-1],
    "data after the padding": b + "AAAA",
    "bits after the last byte": b[:-3]
    + ("B" if b[-3] == "A" else "x" if b[-3] in "wQg" else chr(ord(b[-3]) + 1))
    + "==",
    "URL-safe alphabet": url if url != b else b[:10] + "-_" + b[12:],
    "hexadecimal": raw.hex(),
    "63 bytes": b64(raw[:63]),
    "65 bytes": b64(raw + b"\0"),
    "empty": "",
    "48 bytes, the sample of the RFC": b64(raw[:48]),
}
for name, spelling in spellings.items():
    assert spelling != b
    bad(
        f"signature: {name}", text({**members(), "signature": f'"{spelling}"'}), "/signature", KNOWN
    )
for name, value in (
    ("a list of numbers", json.dumps(list(raw), separators=(",", ":"))),
    ("a number", "1"),
    ("an object", "{}"),
    ("a list of one", f'["{b}"]'),
):
    bad(f"signature: {name}", text({**members(), "signature": value}), "/signature", KNOWN)

# Timestamps that some SDK or server of today takes.
for time in (
    "2026-02-17T14:32:01",
    "20260217T143201Z",
    "2026-W08-2T14:32:01Z",
    "2026-02-30T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2026-02-17T24:00:00Z",
    "2026-02-17T23:59:60Z",
    "2026-02-17T23:60:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-32T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "Tue, 17 Feb 2026 14:32:01 GMT",
    "2026-02-17T14:32:01,583Z",
    "2026-02-17X14:32:01Z",
    "2026-02-17 14:32:01Z",
    "2026-02-17t14:32:01Z",
    "2026-02-17T14:32:01z",
    "2026-02-17T14:32:01+00",
    "2026-02-17",
    "2026-02-17T14:32:01+00:00",
    "2026-02-17T15:32:01+01:00",
    "2026-02-17T14:32:01-00:00",
    "2026-02-17T14:32:01.Z",
    "2026-02-17T14:32:01.5833333333Z",
    "2026-02-17T14:32:01.58 Z",
    "2026-02-17T14:32:01.-5Z",
    "2026-02-17T14:32:01ZZ",
    "2026-02-17T14:32:01.583ZZ",
    " 2026-02-17T14:32:01Z",
    "2026-02-17T14:32:01Z ",
    "2026-02-17T14:32Z",
    "2026-02-17T14:32:1Z",
    "2026-2-17T14:32:01Z",
    "+2026-02-17T14:32:01Z",
    "+002026-02-17T14:32:01Z",
    "0000-02-17T14:32:01Z",
    "2000-12-31T23:59:59Z",
    "2201-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "-026-02-17T14:32:01Z",
    "2026-02-17T1\u0664:32:01Z",
    "\u0662\u0660\u0662\u0666-02-17T14:32:01Z",
    "2026-02-17T14:32:01.583\u0000Z",
    "1771338721",
    "",
    "Z",
    "2026-02-17T14:32:01." + "3" * 1000 + "Z",
):
    name = time if len(time) < 60 else "1000 decimals"
    bad(
        f"timestamp {json.dumps(name)}",
        text({**members(), "timestamp": lexical(time)}),
        "/timestamp",
        "read differently by the SDKs of today",
    )
for protocol, numbers in (
    ("smcp/v1", ("1771338721", "1771338721.0", "1771338721583", "-1")),
    (
        "seal/v1",
        (
            "1771338721.0",
            "1771338721.583",
            "1.771338721e9",
            "1e9",
            "-1771338721",
            "-0",
            "0",
            "1771338721583",
            "978307199",
            "7289654400",
            "99999999999999999999",
            "true",
            "[1771338721]",
            "{}",
        ),
    ),
):
    for number in numbers:
        bad(
            f"timestamp {number} on {protocol}",
            text({**members(protocol=protocol), "timestamp": number}),
            "/timestamp",
        )
good(
    "timestamp: the last integer on seal/v1",
    text({**members(protocol="seal/v1", seconds=7289654399), "timestamp": "7289654399"}),
    protocol="seal/v1",
    timestamp_ms=7289654399000,
)

# JSON.
for name, payload in (
    ("duplicate keys", '{"name":"fs.read","name":"fs.delete"}'),
    ("duplicate keys in depth", '{"a":[{"b":{"path":"/workspace/a","path":"/etc/passwd"}}]}'),
    ("keys that are equal after unescaping", '{"p\\u0061th":1,"path":2}'),
    ("NaN", '{"a":NaN}'),
    ("Infinity", '{"a":Infinity}'),
    ("-Infinity", '{"a":-Infinity}'),
    ("1e400", '{"a":1e400}'),
    ("a leading zero", '{"a":01}'),
    ("a plus", '{"a":+1}'),
    (".5", '{"a":.5}'),
    ("1.", '{"a":1.}'),
    ("hexadecimal", '{"a":0x10}'),
    ("a lone high surrogate", '{"a":"\\ud800"}'),
    ("a lone low surrogate", '{"a":"\\ude00"}'),
    ("a lone surrogate as key", '{"\\ud800":1}'),
    ("swapped surrogates", '{"a":"\\ude00\\ud83d"}'),
    ("a raw NUL", '{"a":"b\0c"}'),
    ("a raw line break", '{"a":"b\nc"}'),
    ("a raw tab", '{"a":"b\tc"}'),
    ("an escape that is none", '{"a":"\\x41"}'),
    ("single quotes", "{'a':1}"),
    ("64 levels in itself", '{"a":' + "[" * 63 + "]" * 63 + "}"),
    ("3000 brackets", '{"a":' + "[" * 3000),
    ("a number of 1025 digits", '{"a":' + "1" * 1025 + "}"),
):
    bad(f"payload: {name}", text({**members(), "payload": payload}), None, "RFC 8259, bounds")
for name, data in (
    ("byte order mark", b"\xef\xbb\xbf" + wire().encode()),
    ("UTF-16", wire().encode("utf-16")),
    ("overlong C0 AF", wire().encode().replace(b"/a", b"\xc0\xafa")),
    ("surrogate ED A0 80", wire().encode().replace(b"/a", b"\xed\xa0\x80")),
    ("F5", wire().encode().replace(b"/a", b"\xf5\x80\x80\x80")),
    ("cut UTF-8", wire().encode().replace(b"/a", b"\xe2\x82")),
    ("a lone continuation byte", wire().encode().replace(b"/a", b"\x80")),
):
    bad(f"bytes: {name}", data, None, "RFC 3629")

# Canonical messages, signed by TEST 1.
RFC_TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
RFC_PAYLOAD = '{"jsonrpc":"2.0","id":1,"method":"test"}'
FULL_TOKEN = (
    "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ0ZXN0LWFnZW50LTEyMyIsInNjcCI6InJlYWQtb25seS1y"
    "ZXNlYXJjaCIsIndpZCI6ImRvY2tlcjovL3Rlc3QiLCJpYXQiOjE3MDgyNjE5MjEsImV4cCI6MTcwODI2NTUyMX0"
    ".signature_placeholder"
)
FULL_PAYLOAD = (
    '{"jsonrpc":"2.0","id":"req-test-001","method":"tools/call","params":{"name":"fs.read",'
    '"arguments":{"path":"/workspace/test.txt"}}}'
)
# The RFC's ISO time is 1771338721; the integer beside it, 1708261921, is another day.
PUBLISHED = {
    ("C.2", 1771338721): "9ac57c1e814eb8618edb7de3b5199fb05d95369ddc223253d4e7c559ca22032a",
    ("C.2", 1708261921): "f49043299f12f278397fa2502fb1566432c506c83a162bc271b3666f8618b837",
    ("11.1.1", 1771338721): "c615789048ac7bd1e1a3ed20df077f1f7dddda9d4b998a9e21b2dddf793c88c7",
    ("11.1.1", 1708261921): "50fb4c4ea42d5da99c880a714d4e2a1fca97d1d6e3f2cd42e6d3c0a4f8219f0e",
}
messages = []
for (section, seconds), digest in PUBLISHED.items():
    payload, token = (RFC_PAYLOAD, RFC_TOKEN) if section == "C.2" else (FULL_PAYLOAD, FULL_TOKEN)
    canonical = message(payload, token, seconds).encode()
    assert hashlib.sha256(canonical).hexdigest() == digest, section
    right = seconds == 1771338721
    messages.append(
        {
            "name": f"SMCP RFC {section} at {seconds}",
            "payload": payload,
            "security_token": token,
            "timestamp_seconds": seconds,
            "message": canonical.decode(),
            "sha256_hex": digest,
            "signature": b64(AGENT.sign(canonical)),
            "source": f"SMCP RFC {section}, "
            + (
                "corrected: the integer of its ISO time"
                if right
                else "with the integer that it states"
            ),
        }
    )
    iso = "2026-02-17T14:32:01.000Z"
    signed = wire(payload=payload, token=token, time=iso, seconds=seconds)
    if right:
        good(
            f"SMCP RFC {section}, corrected",
            signed,
            f"SMCP RFC {section}",
            security_token=token,
            payload=lexical(read_lexical(payload)),
            timestamp_ms=seconds * 1000,
        )
    else:
        forged(f"SMCP RFC {section} with the integer that it states", signed, f"SMCP RFC {section}")

write(
    "envelope.json",
    {
        "envelopes": cases,
        "messages": messages,
        "sdk": json.loads((FOLDER / "envelope.json").read_text())["sdk"],
    },
)
