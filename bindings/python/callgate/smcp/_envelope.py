"""Envelopes under the names of the published SDKs. The engine signs, verifies and canonicalizes."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from callgate import (
    EnvelopeError,
    KeyFormatError,
    PublicKey,
    SecretKey,
    create_envelope,
    verify_envelope,
)
from callgate._generations import Protocol
from callgate._native import split_object
from callgate._time import DEFAULT_WINDOW
from callgate.smcp._key import Ed25519Key
from callgate.smcp._payload import as_written, payload_text
from callgate.smcp._verification import (
    no_canonical_form,
    outside_window,
    refused_by_engine,
    wrong_protocol,
)
from callgate.smcp.errors import PayloadError

_MAX_BYTES: Final = 2 << 20  # of an envelope that the engine made from at most half of it


def create_smcp_envelope(
    security_token: str, mcp_payload: Mapping[str, Any], private_key: Ed25519Key
) -> dict[str, Any]:
    """A signed ``smcp/v1`` envelope, stamped with the clock, ready for ``json=``.

    Its ``payload`` is what was signed: integral floats have become integers. Raises PayloadError.
    """
    return _create(security_token, mcp_payload, private_key, "smcp/v1")


def create_seal_envelope(
    security_token: str, mcp_payload: Mapping[str, Any], private_key: Ed25519Key
) -> dict[str, Any]:
    """As ``create_smcp_envelope``, for ``seal/v1``."""
    return _create(security_token, mcp_payload, private_key, "seal/v1")


def create_canonical_message(
    security_token: str, payload: Mapping[str, Any], timestamp_unix: int
) -> bytes:
    """The bytes that an envelope's signature is over.

    Numbers stay as Python writes them, integral floats included: who signs these bytes sends
    the payload that was passed here. Raises PayloadError.
    """
    if type(timestamp_unix) is not int:
        raise TypeError(f"timestamp_unix must be int, not {type(timestamp_unix).__name__}")
    if not isinstance(security_token, str):
        raise TypeError(f"security_token must be str, not {type(security_token).__name__}")
    message = {
        "payload": json.loads(as_written(payload)),
        "security_token": security_token,
        "timestamp": timestamp_unix,
    }
    # The engine writes the canonical form of what it signs. Here that is the whole message.
    with SecretKey.generate() as key:
        envelope = _engine(as_written(message), "token", key, "smcp/v1")
    return split_object(envelope, _MAX_BYTES)["payload"]


def verify_smcp_envelope(
    envelope: Mapping[str, Any] | str | bytes,
    public_key_bytes: bytes,
    max_age_seconds: int = DEFAULT_WINDOW,
) -> dict[str, Any]:
    """The payload of an ``smcp/v1`` envelope whose form, signature and age are right.

    Pass the text as it arrived: a mapping has lost how its numbers were written, and an envelope
    signed in another language may then not verify. Neither the token nor a replay is checked; that
    is a gate's work (docs/embedding-python.md). Raises VerificationError.
    """
    return _verify(envelope, public_key_bytes, max_age_seconds, "smcp/v1")


def verify_seal_envelope(
    envelope: Mapping[str, Any] | str | bytes,
    public_key_bytes: bytes,
    max_age_seconds: int = DEFAULT_WINDOW,
) -> dict[str, Any]:
    """As ``verify_smcp_envelope``, for ``seal/v1``."""
    return _verify(envelope, public_key_bytes, max_age_seconds, "seal/v1")


def _create(
    token: str, payload: Mapping[str, Any], key: Ed25519Key, protocol: Protocol
) -> dict[str, Any]:
    if not isinstance(key, Ed25519Key):
        raise TypeError(f"private_key must be Ed25519Key, not {type(key).__name__}")
    envelope: dict[str, Any] = json.loads(
        _engine(payload_text(payload), token, key.secret_key, protocol)
    )
    return envelope


def _engine(payload: bytes, token: str, key: SecretKey, protocol: Protocol) -> bytes:
    try:
        return create_envelope(payload, token, key, protocol=protocol)
    except EnvelopeError as error:
        raise PayloadError(str(error), code_name=error.code_name) from error


def _verify(
    envelope: Mapping[str, Any] | str | bytes,
    public_key_bytes: bytes,
    max_age_seconds: float,
    protocol: Protocol,
) -> dict[str, Any]:
    try:
        text = as_written(envelope) if isinstance(envelope, Mapping) else envelope
        verified = verify_envelope(text, PublicKey.from_bytes(public_key_bytes))
    except (EnvelopeError, KeyFormatError) as error:
        raise refused_by_engine(error, envelope, protocol) from error
    except PayloadError as error:
        raise no_canonical_form(error.message, protocol) from error
    if verified.protocol != protocol:
        raise wrong_protocol(protocol)
    # The signature holds; what is left is a comparison with the clock, to the millisecond.
    if not abs(time.time() - verified.timestamp.timestamp()) <= max_age_seconds:
        raise outside_window(max_age_seconds, protocol)
    payload: dict[str, Any] = json.loads(verified.payload)
    return payload
