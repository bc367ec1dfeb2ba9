"""REASONS: every reason for a refusal, and the JSON-RPC errors that clients get for them."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from callgate.attestation._engine import REASONS, Era, Reason
from callgate.attestation._names import ATTESTATION_EXTENSION

__all__ = ["REASONS", "AttestationError", "Reason", "error_object"]


class AttestationError(IntEnum):
    """The codes of JSON-RPC errors in protocol versions up to 2025-11-25."""

    REQUIRED = REASONS["not_provided"].legacy_code
    INVALID = REASONS["malformed"].legacy_code
    EXPIRED = REASONS["expired"].legacy_code
    REPLAY = REASONS["replay"].legacy_code
    UNTRUSTED_ISSUER = REASONS["untrusted_issuer"].legacy_code
    INSUFFICIENT_CLAIMS = REASONS["claims"].legacy_code


def error_object(reason: Reason, era: Era) -> dict[str, Any]:
    """The member ``error`` of a JSON-RPC response that refuses for this reason."""
    return {
        "code": reason.legacy_code if era == "legacy" else reason.code,
        "message": f"{reason.meaning}: {reason.advice}",
        "data": {"reason": reason.name, "extension": ATTESTATION_EXTENSION},
    }
