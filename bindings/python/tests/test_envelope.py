"""Envelopes: the shared vectors, and both directions through Python's own libraries."""

import base64
import json
from typing import Any

import callgate
import pytest
from callgate import EnvelopeError, PublicKey, SecretKey
from callgate._time import to_datetime
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOW = 1771338721.583
RFC_8032_TEST_1 = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
untyped: Any = callgate  # for calls that a type checker refuses
PAYLOAD = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def wire(vector: dict[str, Any]) -> str | bytes:
    if "wire_base64" in vector:
        return base64.b64decode(vector["wire_base64"])
    text: str = vector["wire"]
    return text


@pytest.mark.vectors("envelope.json", "envelopes")
def test_an_envelope_verifies_as_the_vectors_say(vector: dict[str, Any]) -> None:
    key = PublicKey.from_base64(vector["public_key"])
    if "code" in vector:
        with pytest.raises(EnvelopeError) as refused:
            callgate.verify_envelope(wire(vector), key)
        assert refused.value.code_name == vector["code"]
        assert refused.value.where == vector.get("where", refused.value.where)
        return
    envelope = callgate.verify_envelope(wire(vector), key)
    assert envelope.payload == vector["payload"].encode()
    assert envelope.timestamp == to_datetime(vector["timestamp_ms"])
    assert envelope.protocol == vector["protocol"]
    assert envelope.security_token == vector["security_token"]


@pytest.mark.vectors("envelope.json", "sdk")
def test_the_envelopes_of_the_published_sdks(vector: dict[str, Any]) -> None:
    key = PublicKey.from_base64(vector["public_key"])
    if "code" in vector:
        with pytest.raises(EnvelopeError) as refused:
            callgate.verify_envelope(vector["wire"], key)
        assert refused.value.code_name == vector["code"]
    else:
        envelope = callgate.verify_envelope(vector["wire"], key)
        assert envelope.payload == vector["payload"].encode()


@pytest.mark.vectors("envelope.json", "messages")
def test_what_is_signed_is_the_canonical_message(vector: dict[str, Any]) -> None:
    with SecretKey.from_bytes(RFC_8032_TEST_1) as key:
        data = callgate.create_envelope(
            vector["payload"], vector["security_token"], key, now=vector["timestamp_seconds"]
        )
    assert json.loads(data)["signature"] == vector["signature"]


@pytest.mark.parametrize("protocol", ["smcp/v1", "seal/v1"])
def test_what_is_created_verifies(key: SecretKey, protocol: Any) -> None:
    data = callgate.create_envelope(PAYLOAD, "a.b.c", key, now=NOW, protocol=protocol)
    envelope = callgate.verify_envelope(data, key.public_key)
    assert json.loads(envelope.payload) == PAYLOAD
    assert envelope.timestamp.timestamp() == NOW
    assert (envelope.protocol, envelope.security_token) == (protocol, "a.b.c")
    assert "a.b.c" not in repr(envelope)
    for kind in (bytearray, memoryview):
        assert callgate.verify_envelope(kind(data), key.public_key).payload == envelope.payload
    assert callgate.verify_envelope(data.decode(), key.public_key).payload == envelope.payload


def test_an_envelope_made_with_cryptography_verifies() -> None:
    theirs = Ed25519PrivateKey.generate()
    message = json.dumps(
        {"payload": PAYLOAD, "security_token": "a.b.c", "timestamp": int(NOW)},
        sort_keys=True,
        separators=(",", ":"),
    )
    data = json.dumps(
        {
            "protocol": "smcp/v1",
            "security_token": "a.b.c",
            "signature": base64.b64encode(theirs.sign(message.encode())).decode(),
            "payload": PAYLOAD,
            "timestamp": "2026-02-17T14:32:01.583Z",
        }
    )
    public = PublicKey.from_bytes(theirs.public_key().public_bytes_raw())
    assert json.loads(callgate.verify_envelope(data, public).payload) == PAYLOAD
    with pytest.raises(EnvelopeError) as refused:
        callgate.verify_envelope(data.replace("tools/list", "tools/lisp"), public)
    assert (refused.value.code_name, refused.value.code) == ("INVALID_SIGNATURE", 1001)


def test_the_key_of_another_does_not_verify(key: SecretKey) -> None:
    data = callgate.create_envelope(PAYLOAD, "a.b.c", key)
    with pytest.raises(EnvelopeError) as refused:
        callgate.verify_envelope(data, SecretKey.generate().public_key)
    assert refused.value.code_name == "INVALID_SIGNATURE"


def test_an_unknown_protocol_is_refused(key: SecretKey) -> None:
    with pytest.raises(EnvelopeError) as refused:
        callgate.create_envelope(PAYLOAD, "a.b.c", key, protocol="smcp/v2")  # type: ignore[arg-type]
    assert refused.value.code_name == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "call",
    [
        lambda key: untyped.create_envelope(None, "a.b.c", key),
        lambda key: untyped.create_envelope([PAYLOAD], "a.b.c", key),
        lambda key: untyped.create_envelope(PAYLOAD, None, key),
        lambda key: untyped.create_envelope(PAYLOAD, "a.b.c", key.public_key),
        lambda key: untyped.create_envelope(PAYLOAD, "a.b.c", key, protocol=1),
        lambda key: untyped.verify_envelope(None, key.public_key),
        lambda key: untyped.verify_envelope({}, key.public_key),
        lambda key: untyped.verify_envelope(b"{}", key.public_key.to_bytes()),
    ],
)
def test_wrong_types_are_a_type_error(key: SecretKey, call: Any) -> None:
    with pytest.raises(TypeError):
        call(key)
