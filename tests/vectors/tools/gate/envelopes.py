"""An envelope of another form: its members, its time zone, its signature."""

import base64
import json

from gate.scene import edited, envelope, token
from gate.steps import SMCP, Vectors
from vectors import GROUP_ORDER, b64

members = Vectors()
refused = members.refused
legacy = json.loads(envelope())
del legacy["protocol"], legacy["timestamp"]
refused("no-protocol-no-timestamp", SMCP + "1", json.dumps(legacy))
refused(
    "inner-mcp",
    SMCP + "2",
    json.dumps({"security_token": token(), "signature": b64(bytes(64)), "inner_mcp": [123, 125]}),
)

rewritten = Vectors()
refused = rewritten.refused
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
raw = base64.b64decode(signature)
twin = raw[:32] + (int.from_bytes(raw[32:], "little") + GROUP_ORDER).to_bytes(32, "little")
refused("signature-plus-group-order", SMCP + "8", edited(signature, b64(twin)), "INVALID_SIGNATURE")
