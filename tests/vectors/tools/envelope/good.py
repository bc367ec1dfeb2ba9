"""What is an envelope, however it is written."""

from envelope.cases import KNOWN, Cases
from envelope.scene import CALL, SECONDS, TIME, TOKEN, members, milliseconds, text, wire

cases = Cases()
good, good_payload = cases.good, cases.good_payload
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
