"""A program for the published SEAL SDK: envelopes, and a server that verifies them."""

import time

from seal import (
    AttestationResult,
    Ed25519Key,
    SEALError,
    create_canonical_message,
    create_seal_envelope,
    verify_seal_envelope,
)

payload = {"jsonrpc": "2.0", "id": "1", "method": "tools/call", "params": {"name": "x"}}
key = Ed25519Key()
envelope = create_seal_envelope("a.b.c", payload, key)
assert envelope["protocol"] == "seal/v1"
assert verify_seal_envelope(envelope, key.get_public_key_bytes(), 30) == payload

old = int(time.time()) - 60
envelope["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(old))
envelope["signature"] = key.sign_base64(create_canonical_message("a.b.c", payload, old))
for bad in (
    envelope,
    {**envelope, "signature": key.sign_base64(b"other")},
    {"protocol": "seal/v1"},
):
    try:
        verify_seal_envelope(bad, key.get_public_key_bytes())
    except SEALError as error:
        print("refused:", error.status_code)

result = AttestationResult("token", "2026-02-23T11:00:00Z")
assert result.session_id is None
assert SEALError("text").status_code is None or isinstance(SEALError("text").status_code, int)
