"""The engine's part of attestation, as the other modules of this package use it.

Times are milliseconds since 1970, lifetimes whole seconds, as in ``callgate._native``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from callgate import _native
from callgate._native import (
    AttestationTrust,
    AttestationVerdict,
    AttestationVerifier,
    AttestedMessage,
    SeenTable,
    assemble_attestation,
    attestation_request_hash,
    attestation_signing_input,
    read_attestation_jwks,
    read_attested_message,
    request_proof_signing_input,
)
from callgate._secret_key import SecretKey, native_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callgate._types import Buffer, JsonObject, Text

__all__ = [
    "EXTENSION",
    "LEGACY_KEY",
    "REASONS",
    "AttestationTrust",
    "AttestationVerdict",
    "AttestationVerifier",
    "AttestedMessage",
    "Era",
    "Reason",
    "SeenTable",
    "assemble_attestation",
    "attestation_request_hash",
    "attestation_signing_input",
    "issue_attestation",
    "issue_request_proof",
    "read_attestation_jwks",
    "read_attested_message",
    "request_proof_signing_input",
]

Era: TypeAlias = Literal["legacy", "modern"]

# Our key in `_meta` of a modern message, and in `capabilities.experimental` of `initialize`.
EXTENSION: Final[str] = _native.ATTESTATION_EXTENSION
LEGACY_KEY: Final[str] = _native.LEGACY_ATTESTATION_KEY


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a caller is not verified: one reason of docs/attestation-reasons.md."""

    name: str
    code: int  # of the JSON-RPC error on MCP 2026-07-28 and later
    http_status: int  # there; before, it is 200
    legacy_code: int  # of the JSON-RPC error before
    meaning: str
    advice: str


REASONS: Final[Mapping[str, Reason]] = MappingProxyType(
    {row[0]: Reason(*row) for row in _native.attestation_reasons()}
)


def issue_attestation(
    claims: JsonObject, key: SecretKey, now_ms: int, *, key_id: str, lifetime: int
) -> str:
    """The token of these claims. Raises TokenError for what some reader would not take."""
    return _native.issue_attestation(
        claims, native_key(key), now_ms, key_id=key_id, lifetime=lifetime
    )


def issue_request_proof(
    token: Text, audience: str, method: str, request_hash: Buffer, key: SecretKey, now_ms: int
) -> str:
    """Shows, once, that the sender of a message holds the key in the token's ``cnf.jwk``."""
    return _native.issue_request_proof(
        token, audience, method, request_hash, native_key(key), now_ms
    )
