"""The canonical messages of the RFC, signed by TEST 1."""

import hashlib

from envelope.cases import Cases
from envelope.scene import AGENT, message, wire
from vectors import b64, lexical, read_lexical

cases = Cases()
good, forged = cases.good, cases.forged
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
