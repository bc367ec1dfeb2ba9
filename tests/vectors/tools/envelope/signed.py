"""What the signature covers, and what not."""

from envelope.cases import KNOWN, Cases
from envelope.scene import (
    AGENT,
    CALL,
    OTHER,
    SECONDS,
    TIME,
    TOKEN,
    members,
    milliseconds,
    signature,
    text,
    wire,
)
from vectors import GROUP_ORDER, b64, lexical, read_lexical

cases = Cases()
good, forged = cases.good, cases.forged
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
s_plus_l = raw[:32] + (int.from_bytes(raw[32:], "little") + GROUP_ORDER).to_bytes(32, "little")
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
