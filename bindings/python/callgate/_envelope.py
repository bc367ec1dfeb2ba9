"""SMCP v1 and SEAL v1 envelopes: signed MCP messages."""

from __future__ import annotations

from typing import Literal

from callgate import _native
from callgate._native import Envelope, PublicKey
from callgate._secret_key import SecretKey, native_key
from callgate._time import milliseconds
from callgate._types import Instant, JsonObject, Text


def create_envelope(
    payload: JsonObject,
    token: Text,
    key: SecretKey,
    *,
    now: Instant | None = None,
    protocol: Literal["smcp/v1", "seal/v1"] = "smcp/v1",
) -> bytes:
    """The bytes for the wire: ``payload``, an MCP message, signed and stamped with ``now``.

    Raises EnvelopeError.
    """
    return _native.create_envelope(payload, token, native_key(key), milliseconds(now), protocol)


def verify_envelope(data: Text, public_key: PublicKey) -> Envelope:
    """Form and signature only: not freshness, not the token, not what the payload asks for.

    Raises EnvelopeError: ``INVALID_ENVELOPE`` with the place, or ``INVALID_SIGNATURE``.
    """
    if not isinstance(public_key, PublicKey):
        raise TypeError(f"public_key must be PublicKey, not {type(public_key).__name__}")
    return _native.verify_envelope(data, public_key)
