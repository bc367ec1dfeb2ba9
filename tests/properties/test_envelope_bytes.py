"""Any change of one byte of an envelope is refused, or leaves what was signed as it was."""

import json
from dataclasses import dataclass

import pytest
from callgate import EnvelopeError, SecretKey, create_envelope, verify_envelope

TOKEN = "header.claims.signature"
NOW = 1_771_338_721.583
PAYLOADS = {
    "a call": b'{"jsonrpc":"2.0","id":"r-1","method":"tools/call","params":'
    b'{"name":"fs.read","arguments":{"path":"/workspace/a"}}}',
    "numbers and escapes": b'{"n":1.50,"e":1E2,"i":12345678901234567890,"s":"\\n\\"\\\\\\u00e9"}',
    "keys that two orders sort apart": '{"\ufffd":1,"\U0001f600":2}'.encode(),
}
# Digits, letters, what JSON is made of, white space, a control and two bytes that are no UTF-8.
REPLACEMENTS = b'019aAzZ=+/-_."\\,:{}[] \n\x00\x80\xff'


@dataclass(frozen=True)
class Signed:
    wire: bytes
    key: SecretKey


def parts(wire: bytes, key: SecretKey) -> tuple[bytes, str, str, int]:
    """What must stay: payload, token, signature; and the second, which is signed."""
    envelope = verify_envelope(wire, key.public_key)
    signature = json.loads(wire)["signature"]
    return envelope.payload, envelope.security_token, signature, int(envelope.timestamp.timestamp())


@pytest.fixture(
    scope="module",
    params=[(name, protocol) for name in PAYLOADS for protocol in ("smcp/v1", "seal/v1")],
    ids=lambda case: f"{case[0]}, {case[1]}",
)
def signed(request: pytest.FixtureRequest) -> Signed:
    name, protocol = request.param
    key = SecretKey.from_bytes(b"a" * 32)
    wire = create_envelope(PAYLOADS[name], TOKEN, key, now=NOW, protocol=protocol)
    return Signed(wire, key)


def test_a_replaced_byte_is_refused_or_changes_nothing_signed(signed: Signed) -> None:
    before = parts(signed.wire, signed.key)
    refused = kept = 0
    for at in range(len(signed.wire)):
        for byte in {*REPLACEMENTS, signed.wire[at] ^ 1, signed.wire[at] ^ 0x20} - {
            signed.wire[at]
        }:
            changed = signed.wire[:at] + bytes([byte]) + signed.wire[at + 1 :]
            try:
                after = parts(changed, signed.key)
            except EnvelopeError:
                refused += 1
            else:
                assert after == before, (at, byte)
                kept += 1
    # Digits of the fraction of a second are the only bytes with another meaning that may change.
    assert refused > len(signed.wire) * len(REPLACEMENTS) * 0.9
    assert kept > 0


def test_a_removed_or_doubled_byte_is_refused_or_changes_nothing_signed(signed: Signed) -> None:
    before = parts(signed.wire, signed.key)
    for at in range(len(signed.wire)):
        one = signed.wire[at : at + 1]
        for middle in (b"", one + one, b" " + one):
            changed = signed.wire[:at] + middle + signed.wire[at + 1 :]
            try:
                after = parts(changed, signed.key)
            except EnvelopeError:
                continue
            assert after == before, (at, middle)
