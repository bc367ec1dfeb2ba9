"""What programs for the published SDKs rely on beyond clients: modules, messages, results, keys."""

from __future__ import annotations

import dataclasses
import json
import logging
import pprint
import time
from pathlib import Path
from typing import Any

import callgate.smcp
import callgate.smcp.crypto
import callgate.smcp.envelope
import pytest
from blocking import Clients
from callgate import CallgateError, KeyFormatError, SecretKey
from callgate.smcp import (
    AttestationResult,
    Ed25519Key,
    SEALError,
    SMCPError,
    create_canonical_message,
    create_seal_envelope,
    create_smcp_envelope,
    verify_seal_envelope,
    verify_smcp_envelope,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from wire_gateway import WireGateway

TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
PAYLOAD = {"jsonrpc": "2.0", "id": 1, "method": "test"}
CREATE = {"smcp/v1": create_smcp_envelope, "seal/v1": create_seal_envelope}
VERIFY = {"smcp/v1": verify_smcp_envelope, "seal/v1": verify_seal_envelope}


def test_the_modules_crypto_and_envelope_have_the_published_names() -> None:
    assert callgate.smcp.crypto.__all__ == ["Ed25519Key"]
    assert callgate.smcp.envelope.__all__ == [
        "create_canonical_message",
        "create_seal_envelope",
        "create_smcp_envelope",
        "parse_iso8601_to_unix",
    ]
    for module in (callgate.smcp.crypto, callgate.smcp.envelope):
        for name in module.__all__:
            assert getattr(module, name) is getattr(callgate.smcp, name)


@pytest.mark.parametrize("protocol", CREATE)
@pytest.mark.parametrize("form", [dict, json.dumps], ids=["mapping", "text"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"protocol": ...}, "Missing or invalid 'protocol' field. Expected '{protocol}'."),
        ({"protocol": "x"}, "Missing or invalid 'protocol' field. Expected '{protocol}'."),
        ({"protocol": "other"}, "Missing or invalid 'protocol' field. Expected '{protocol}'."),
        ({"security_token": ...}, "Missing 'security_token' field."),
        ({"security_token": ""}, "Missing 'security_token' field."),
        ({"signature": ...}, "Missing 'signature' field."),
        ({"signature": None}, "Missing 'signature' field."),
        ({"signature": "!"}, "Invalid base64 encoding for 'signature'."),
        ({"payload": ...}, "Missing 'payload' field."),
        ({"payload": None}, "Missing 'payload' field."),
        ({"timestamp": ...}, "Missing 'timestamp' field."),
        ({"timestamp": ""}, "Missing 'timestamp' field."),
        ({"timestamp": "now"}, "Invalid 'timestamp' format. Expected ISO 8601."),
        ({"payload": {"id": 2}}, "Ed25519 signature verification failed."),
        ({"security_token": "a.b.c"}, "Ed25519 signature verification failed."),
    ],
)
def test_what_does_not_verify_says_the_published_sentence(
    protocol: str, form: Any, change: dict[str, Any], message: str
) -> None:
    if change == {"protocol": "other"}:
        change = {"protocol": next(one for one in CREATE if one != protocol)}
    key = Ed25519Key.generate()
    envelope = {**CREATE[protocol](TOKEN, PAYLOAD, key), **change}
    envelope = {name: value for name, value in envelope.items() if value is not ...}
    with pytest.raises(SMCPError) as refused:
        VERIFY[protocol](form(envelope), key.get_public_key_bytes())
    assert str(refused.value) == message.format(protocol=protocol)
    assert refused.value.__cause__ is not None or "protocol" in message, "what the engine says"


@pytest.mark.parametrize("protocol", CREATE)
def test_an_old_envelope_says_the_window_that_was_asked_for(protocol: str) -> None:
    key = Ed25519Key.generate()
    then = int(time.time()) - 100
    envelope = {
        "protocol": protocol,
        "security_token": TOKEN,
        "signature": key.sign_base64(create_canonical_message(TOKEN, PAYLOAD, then)),
        "payload": PAYLOAD,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(then)),
    }
    for seconds in (30, 60):
        with pytest.raises(SMCPError) as refused:
            VERIFY[protocol](envelope, key.get_public_key_bytes(), max_age_seconds=seconds)
        says = f"Envelope timestamp is outside the allowed ±{seconds}s window."
        assert str(refused.value) == says
    assert VERIFY[protocol](envelope, key.get_public_key_bytes(), max_age_seconds=200) == PAYLOAD


def test_a_public_key_that_is_none_says_the_published_sentence() -> None:
    envelope = create_smcp_envelope(TOKEN, PAYLOAD, Ed25519Key.generate())
    with pytest.raises(SMCPError) as refused:
        verify_smcp_envelope(envelope, b"short")
    says = "Invalid Ed25519 public key bytes provided by server configuration."
    assert str(refused.value) == says


def test_a_payload_that_has_no_canonical_form_says_the_published_sentence() -> None:
    key = Ed25519Key.generate()
    envelope = {**create_smcp_envelope(TOKEN, PAYLOAD, key), "payload": {1: 2}}
    with pytest.raises(SMCPError) as refused:
        verify_smcp_envelope(envelope, key.get_public_key_bytes())
    assert str(refused.value).startswith("Failed to construct canonical message: ")


@pytest.mark.parametrize("text", ["", "[]", "{}{}", b"\xff", '{"payload":{},"payload":{}}'])
def test_what_is_no_envelope_says_what_the_engine_says(text: str | bytes) -> None:
    with pytest.raises(SMCPError) as refused:
        verify_smcp_envelope(text, Ed25519Key.generate().get_public_key_bytes())
    assert refused.value.code_name == "INVALID_ENVELOPE" and refused.value.message


@dataclasses.dataclass
class Holder:
    result: object


def test_printing_what_seal_attests_shows_no_token(
    gateway: WireGateway, clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    client = clients.seal(gateway.url)
    result = client.attest()
    token = client.security_token
    assert token.count(".") == 2
    with caplog.at_level(logging.INFO):
        logging.info("%s %r", result, result)
        logging.info(result)
    shown = [
        repr(result),
        str(result),
        f"{result}{result!r}{result!s}{result:>500}",
        "%s %r" % (result, result),  # noqa: UP031  # what programs write
        "{} {:s}".format(result, result),  # noqa: UP032
        repr(Holder(result)),
        repr([result]),
        pprint.pformat({"result": result}),
        caplog.text,
        repr(client),
        str(vars(client)),
    ]
    assert not [text for text in shown if token[:20] in text or token.split(".")[1] in text]
    assert client.session_id in str(result), "it says whose token it is"


def test_what_seal_attests_is_the_token_all_the_same(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.seal(gateway.url)
    result = client.attest()
    assert isinstance(result, AttestationResult)
    assert result.security_token == client.security_token == result
    assert type(result.security_token) is str
    assert result[:3] == "eyJ"
    assert "Bearer " + result == f"Bearer {result.security_token}"
    assert (result.expires_at, result.session_id) == (client.expires_at, client.session_id)


def test_what_smcp_attests_is_printed_as_the_token_that_it_was(
    gateway: WireGateway, clients: Clients
) -> None:
    client = clients.smcp(gateway.url)
    result = client.attest()
    assert f"{result}" == str(result) == client.security_token
    assert client.security_token not in repr(result)


@pytest.mark.parametrize("kind", [SMCPError, SEALError])
def test_an_error_made_without_a_code_has_none(kind: type[SMCPError]) -> None:
    error = kind("no")
    assert (error.status_code, error.code, error.code_name) == (None, None, None)
    assert isinstance(error, CallgateError)
    with pytest.raises(kind, match="no") as raised:
        raise error
    assert raised.value.message == "no"


def test_an_error_made_with_a_code_has_it() -> None:
    error = SMCPError("no", 1004)
    assert (error.status_code, error.code, error.code_name) == (1004, 1004, "REPLAY_DETECTED")
    unknown = SMCPError("no", status_code=4242)
    assert (unknown.status_code, unknown.code, unknown.code_name) == (4242, None, None)
    named = SMCPError("no", code_name="UPSTREAM_FAILED")
    assert (named.status_code, named.code) == (9006, 9006)


@pytest.fixture
def pem() -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


PUBLIC = SecretKey.from_bytes(bytes(range(32))).public_key.to_bytes()


def test_a_key_is_read_from_pem(pem: bytes) -> None:
    for text in (pem, pem.decode()):
        assert Ed25519Key.from_pem(text).get_public_key_bytes() == PUBLIC
    for wrong in ("", "text", pem.replace(b"PRIVATE", b"PUBLIC")):
        with pytest.raises(KeyFormatError):
            Ed25519Key.from_pem(wrong)


def test_a_key_is_read_from_a_file_of_mode_0600(pem: bytes, tmp_path: Path) -> None:
    file = tmp_path / "agent.pem"
    file.write_bytes(pem)
    file.chmod(0o600)
    with Ed25519Key.from_file(file) as key:
        assert key.get_public_key_bytes() == PUBLIC
    file.write_text(json.dumps(SecretKey.from_bytes(bytes(range(32))).to_jwk()))
    assert Ed25519Key.from_file(str(file)).get_public_key_bytes() == PUBLIC
    file.chmod(0o640)
    with pytest.raises(CallgateError, match="chmod 600") as refused:
        Ed25519Key.from_file(file)
    assert refused.value.where == str(file)
