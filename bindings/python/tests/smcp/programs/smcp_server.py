"""A program for the published SMCP SDK: keys, envelopes, and a server that verifies them."""

import json
import time

from smcp import Ed25519Key, create_canonical_message, create_smcp_envelope
from smcp.client import SMCPError
from smcp.server import verify_smcp_envelope

TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
PAYLOAD = {
    "jsonrpc": "2.0",
    "id": "req-0123456789abcdef",
    "method": "tools/call",
    "params": {"name": "fs.read", "arguments": {"path": "/workspace/é", "limit": 10, "ratio": 0.5}},
}

key = Ed25519Key.generate()
public_key = key.get_public_key_bytes()
assert len(public_key) == 32 and len(key.get_public_key_base64()) == 44

envelope = create_smcp_envelope(TOKEN, PAYLOAD, key)
assert isinstance(envelope, dict) and envelope["protocol"] == "smcp/v1"
received = json.loads(json.dumps(envelope))
assert verify_smcp_envelope(received, public_key) == PAYLOAD
assert verify_smcp_envelope(received, public_key, max_age_seconds=30) == PAYLOAD

now = int(time.time())
message = create_canonical_message(TOKEN, PAYLOAD, now)
assert message.startswith(b'{"payload":{"id":') and message.endswith(b'"timestamp":%d}' % now)
made = {
    "protocol": "smcp/v1",
    "security_token": TOKEN,
    "signature": key.sign_base64(message),
    "payload": PAYLOAD,
    "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now)),
}
assert verify_smcp_envelope(made, public_key) == PAYLOAD

old = now - 60
made["signature"] = key.sign_base64(create_canonical_message(TOKEN, PAYLOAD, old))
made["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(old))
for bad in (
    made,
    {**envelope, "payload": {**PAYLOAD, "id": "req-other"}},
    {name: value for name, value in envelope.items() if name != "signature"},
):
    try:
        verify_smcp_envelope(bad, public_key)
    except SMCPError as error:
        print("refused:", error.status_code)

key.erase()
