"""Proof: that a line of the trail is about a call which the holder of a key made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from callgate import EnvelopeError, PublicKey, SecretKey, assemble_token, verify_envelope
from callgate.audit.errors import AuditError


def prove_call(
    fields: Mapping[str, Any], security_token: str, *, payload: bytes | None = None
) -> bytes:
    """The payload that the agent signed, as the engine verifies it. Raises AuditError.

    ``fields`` are those of an event's line. ``security_token`` is the one that the line names by
    its digest. ``payload`` is needed where the line has it redacted.
    """
    if hashlib.sha256(security_token.encode()).hexdigest() != fields.get("token"):
        raise AuditError("it is not the token that the line names")
    try:
        text = fields["payload"] if payload is None else payload.decode()
        timestamp = fields["timestamp"]
        whole_seconds = timestamp.isdecimal()  # seal/v1 alone has them
        members = {
            "protocol": json.dumps("seal/v1" if whole_seconds else "smcp/v1"),
            "security_token": json.dumps(security_token),
            "signature": json.dumps(fields["signature"]),
            "payload": text,
            "timestamp": timestamp if whole_seconds else json.dumps(timestamp),
        }
        public_key = PublicKey.from_base64(fields["public_key"])
    except (KeyError, AttributeError, UnicodeDecodeError) as error:
        raise AuditError("the line does not hold what was signed") from error
    envelope = ",".join(f"{json.dumps(name)}:{value}" for name, value in members.items())
    try:
        return verify_envelope(f"{{{envelope}}}", public_key).payload
    except EnvelopeError as error:
        raise AuditError("the signature is not one over this call") from error


def token_again(fields: Mapping[str, Any], issuer_key: SecretKey) -> str:
    """The security token of an attestation's line, made again by the key that made it.

    The trail holds no token that could be used, but what was signed; Ed25519 signs the same bytes
    to the same signature. Raises AuditError where the key is not the one that made it.
    """
    signing_input = fields.get("token_input")
    if not isinstance(signing_input, str):
        raise AuditError("the line names no token")
    token = assemble_token(signing_input, issuer_key.sign(signing_input))
    if hashlib.sha256(token.encode()).hexdigest() != fields.get("token"):
        raise AuditError("the key is not the one that made the token")
    return token
