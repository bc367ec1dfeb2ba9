"""Which members an envelope has, and of which kind each is."""

import json

from envelope.cases import KNOWN, Cases
from envelope.scene import AGENT, CALL, SECONDS, TOKEN, members, text, wire
from vectors import b64, lexical

cases = Cases()
bad = cases.bad
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
