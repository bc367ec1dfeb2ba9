"""REASONS: every reason of a refusal. AttestationError: the codes of the legacy era, by name."""

from __future__ import annotations

from enum import IntEnum

from callgate.attestation._engine import REASONS, Reason

__all__ = ["REASONS", "AttestationError", "Reason"]


class AttestationError(IntEnum):
    """The codes of JSON-RPC errors in protocol versions up to 2025-11-25."""

    REQUIRED = REASONS["not_provided"].legacy_code
    INVALID = REASONS["malformed"].legacy_code
    EXPIRED = REASONS["expired"].legacy_code
    REPLAY = REASONS["replay"].legacy_code
    UNTRUSTED_ISSUER = REASONS["untrusted_issuer"].legacy_code
    INSUFFICIENT_CLAIMS = REASONS["claims"].legacy_code
