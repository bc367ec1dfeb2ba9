"""The envelope functions, their keys and results, under the names of the published SDKs."""

from __future__ import annotations

import copy
import json
import pickle
import time
from typing import Any

import callgate
import callgate.smcp
import callgate.smcp.client
import callgate.smcp.server
import pytest
from callgate import SecretKey
from callgate.smcp import (
    AttestationResult,
    ClientClosed,
    Ed25519Key,
    PayloadError,
    SEALError,
    SMCPError,
    VerificationError,
    create_canonical_message,
    create_seal_envelope,
    create_smcp_envelope,
    parse_iso8601_to_unix,
    verify_seal_envelope,
    verify_smcp_envelope,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJl"
PAYLOAD = {"jsonrpc": "2.0", "id": 1, "method": "test"}
CREATE = {"smcp/v1": create_smcp_envelope, "seal/v1": create_seal_envelope}
VERIFY = {"smcp/v1": verify_smcp_envelope, "seal/v1": verify_seal_envelope}


@pytest.fixture
def session_key() -> Ed25519Key:
    return Ed25519Key.generate()


@pytest.mark.parametrize("protocol", CREATE)
def test_what_is_created_verifies(session_key: Ed25519Key, protocol: str) -> None:
    envelope = CREATE[protocol](TOKEN, PAYLOAD, session_key)
    assert list(envelope) == ["protocol", "security_token", "signature", "payload", "timestamp"]
    assert envelope["protocol"] == protocol
    public_key = session_key.get_public_key_bytes()
    for form in (envelope, json.dumps(envelope), json.dumps(envelope).encode()):
        assert VERIFY[protocol](form, public_key) == PAYLOAD


@pytest.mark.parametrize("protocol", CREATE)
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"payload": {**PAYLOAD, "id": 2}}, "INVALID_SIGNATURE"),
        ({"security_token": "a.b.c"}, "INVALID_SIGNATURE"),
        ({"timestamp": "2026-02-17T14:32:01Z"}, "INVALID_SIGNATURE"),
        ({"timestamp": "yesterday"}, "INVALID_ENVELOPE"),
        ({"signature": "short"}, "INVALID_ENVELOPE"),
        ({"signature": None}, "INVALID_ENVELOPE"),
        ({"extra": 1}, "INVALID_ENVELOPE"),
        ({"protocol": "smcp/v2"}, "INVALID_ENVELOPE"),
        ({"payload": "text"}, "INVALID_ENVELOPE"),
    ],
)
def test_what_was_changed_does_not(
    session_key: Ed25519Key, protocol: str, change: dict[str, Any], name: str
) -> None:
    envelope = {**CREATE[protocol](TOKEN, PAYLOAD, session_key), **change}
    with pytest.raises(VerificationError) as refused:
        VERIFY[protocol](envelope, session_key.get_public_key_bytes())
    assert refused.value.code_name == name
    assert refused.value.status_code == {"INVALID_SIGNATURE": 1001, "INVALID_ENVELOPE": 1000}[name]


def test_an_envelope_of_the_other_protocol_is_refused(session_key: Ed25519Key) -> None:
    smcp = create_smcp_envelope(TOKEN, PAYLOAD, session_key)
    seal = create_seal_envelope(TOKEN, PAYLOAD, session_key)
    for verify, envelope in ((verify_smcp_envelope, seal), (verify_seal_envelope, smcp)):
        with pytest.raises(VerificationError) as refused:
            verify(envelope, session_key.get_public_key_bytes())
        assert refused.value.code_name == "INVALID_ENVELOPE"


@pytest.mark.parametrize(("protocol", "number"), [("smcp/v1", 1004), ("seal/v1", 1003)])
def test_an_old_envelope_is_refused_with_the_number_of_its_era(
    session_key: Ed25519Key, protocol: Any, number: int
) -> None:
    def made(ago: float) -> bytes:
        now = time.time() - ago
        return callgate.create_envelope(
            PAYLOAD, TOKEN, session_key.secret_key, now=now, protocol=protocol
        )

    key = session_key.get_public_key_bytes()
    assert VERIFY[protocol](made(20), key) == PAYLOAD
    assert VERIFY[protocol](made(40), key, max_age_seconds=60) == PAYLOAD
    for ago in (31, -31):
        with pytest.raises(SMCPError) as refused:
            VERIFY[protocol](made(ago), key)
        assert refused.value.code_name == "REPLAY_DETECTED"
        assert refused.value.status_code == number


@pytest.mark.parametrize("public_key", [b"", b"\0" * 32, b"x" * 31])
def test_a_key_that_is_none_or_weak_is_refused(session_key: Ed25519Key, public_key: bytes) -> None:
    envelope = create_smcp_envelope(TOKEN, PAYLOAD, session_key)
    with pytest.raises(VerificationError) as refused:
        verify_smcp_envelope(envelope, public_key)
    assert refused.value.code_name == "KEY_REFUSED"


def test_integral_floats_are_signed_and_returned_as_integers(session_key: Ed25519Key) -> None:
    envelope = create_smcp_envelope(TOKEN, {"a": 1.0, "b": -0.0, "c": 1e20, "d": 0.1}, session_key)
    assert (
        json.dumps(envelope["payload"]) == '{"a": 1, "b": 0, "c": 100000000000000000000, "d": 0.1}'
    )
    assert verify_smcp_envelope(envelope, session_key.get_public_key_bytes())


def test_the_canonical_message_is_the_documented_one() -> None:
    assert create_canonical_message(TOKEN, PAYLOAD, 1771338721) == (
        b'{"payload":{"id":1,"jsonrpc":"2.0","method":"test"},"security_token":"'
        + TOKEN.encode()
        + b'","timestamp":1771338721}'
    )


def test_a_hand_made_envelope_over_the_canonical_message_verifies(
    session_key: Ed25519Key,
) -> None:
    now = int(time.time())
    payload = {"x": 1.0, "tiny": 1e-07, "big": 2**70, "é\U0001f600": ["\u2028", None, True]}
    message = create_canonical_message(TOKEN, payload, now)
    envelope = {
        "protocol": "smcp/v1",
        "security_token": TOKEN,
        "signature": session_key.sign_base64(message),
        "payload": payload,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime(now)),
    }
    assert verify_smcp_envelope(json.dumps(envelope), session_key.get_public_key_bytes()) == payload


@pytest.mark.parametrize("payload", [{"x": float("nan")}, {1: 2}, {"x": "\udc00"}, {"x": object()}])
def test_what_json_does_not_have_is_not_signed(session_key: Ed25519Key, payload: Any) -> None:
    for refuse in (
        lambda: create_smcp_envelope(TOKEN, payload, session_key),
        lambda: create_canonical_message(TOKEN, payload, 1),
    ):
        with pytest.raises(PayloadError):
            refuse()


def test_deep_and_cyclic_payloads_are_refused(session_key: Ed25519Key) -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"x": deep}
    cyclic: dict[str, Any] = {}
    cyclic["x"] = [cyclic]
    for payload in (deep, cyclic):
        with pytest.raises(PayloadError):
            create_smcp_envelope(TOKEN, payload, session_key)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-02-17T14:32:01Z", 1771338721),
        ("2026-02-17T14:32:01.999Z", 1771338721),
        ("2026-02-17T14:32:01.999999999Z", 1771338721),
        ("2026-02-17T15:32:01+01:00", 1771338721),
        ("1969-12-31T23:59:59.5Z", -1),
    ],
)
def test_times_are_read_to_the_second(text: str, seconds: int) -> None:
    assert parse_iso8601_to_unix(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-17T14:32:01",  # no zone: no point in time
        "2026-02-17",
        "20260217T143201Z",
        "2026-02-17 14:32:01Z",
        "2026-02-17T14:32:01,5Z",
        "2026-02-30T00:00:00Z",
        "2026-02-17T24:00:00Z",
        "2026-02-17T23:59:60Z",
        "2026-02-17t14:32:01z",
        "٢٠٢٦-02-17T14:32:01Z",
        "0001-01-01T00:00:00+23:59",
        "2026-02-17T14:32:01Z\n",
        "",
        1771338721,
        None,
    ],
)
def test_every_other_form_is_no_time(text: Any) -> None:
    with pytest.raises(VerificationError) as refused:
        parse_iso8601_to_unix(text)
    assert refused.value.status_code == 1000


def test_a_key_signs_as_everybody_does(session_key: Ed25519Key) -> None:
    signature = session_key.sign(b"message")
    Ed25519PublicKey.from_public_bytes(session_key.get_public_key_bytes()).verify(
        signature, b"message"
    )
    assert len(session_key.sign_base64(b"message")) == 88
    assert len(session_key.get_public_key_base64()) == 44


def test_a_key_can_come_from_elsewhere() -> None:
    seed = bytes(range(32))
    public = SecretKey.from_bytes(seed).public_key.to_bytes()
    for source in (seed, SecretKey.from_bytes(seed), Ed25519PrivateKey.from_private_bytes(seed)):
        assert Ed25519Key(source).get_public_key_bytes() == public
    with pytest.raises(TypeError):
        Ed25519Key("text")
    with pytest.raises(callgate.KeyFormatError):
        Ed25519Key(b"short")


def test_an_erased_key_does_nothing_more(session_key: Ed25519Key) -> None:
    session_key.erase()
    session_key.erase()
    for use in (session_key.sign, session_key.sign_base64):
        with pytest.raises(ClientClosed):
            use(b"x")
    with pytest.raises(ClientClosed):
        create_smcp_envelope(TOKEN, PAYLOAD, session_key)
    assert len(session_key.get_public_key_bytes()) == 32


def test_a_key_is_neither_printed_copied_nor_pickled() -> None:
    seed = bytes(range(32))
    key = Ed25519Key(seed)
    assert seed.hex() not in repr(key)
    for leak in (lambda: copy.copy(key), lambda: copy.deepcopy(key), lambda: pickle.dumps(key)):
        with pytest.raises(TypeError):
            leak()


def test_an_attestation_result_is_its_token() -> None:
    result = AttestationResult("token", "2026-02-17T14:32:01Z", "session")
    assert (result, result[:2], f"{result}", json.dumps(result)) == (
        "token",
        "to",
        "token",
        '"token"',
    )
    assert type(result.security_token) is str
    assert (result.expires_at, result.session_id) == ("2026-02-17T14:32:01Z", "session")
    assert AttestationResult("token", "x").session_id is None
    for twin in (copy.copy(result), pickle.loads(pickle.dumps(result))):
        assert (twin, twin.expires_at, twin.session_id) == (
            "token", "2026-02-17T14:32:01Z", "session",
        )  # fmt: skip


def test_errors_are_made_as_programs_make_them() -> None:
    error = SMCPError("no", 1004)
    assert (error.message, error.status_code, error.code_name) == ("no", 1004, "REPLAY_DETECTED")
    assert (str(SEALError("no")), SEALError("no").dispatched) == ("no", None)
    assert isinstance(error, callgate.CallgateError)


def test_the_public_names_are_these() -> None:
    assert sorted(callgate.smcp.__all__) == callgate.smcp.__all__
    for name in callgate.smcp.__all__:
        assert hasattr(callgate.smcp, name)
    assert set(callgate.smcp.client.__all__) == {
        "AttestationResult", "SEALClient", "SEALError", "SMCPClient", "SMCPError",
    }  # fmt: skip
    assert set(callgate.smcp.server.__all__) == {
        "SEALError", "SMCPError", "verify_seal_envelope", "verify_smcp_envelope",
    }  # fmt: skip
