"""The capabilities in which client and server speak of attestation, up to version 2025-11-25."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from callgate.attestation._names import (
    ATTESTATION_CAPABILITY_KEY,
    ATTESTATION_VERSION,
    AttestationType,
    VerificationPolicy,
)
from callgate.attestation._result import VerificationResult


@dataclass(frozen=True, slots=True)
class ClientAttestationCapability:
    """What a client sends of itself in ``initialize``."""

    token: str
    version: str = ATTESTATION_VERSION
    supported_algorithms: Sequence[str] = ("EdDSA",)
    attestation_types: Sequence[str] = (
        AttestationType.PROVIDER.value,
        AttestationType.ENTERPRISE.value,
    )
    proof: str | None = None  # of possession, where the token has cnf

    def to_dict(self) -> dict[str, Any]:
        """The member ``security.attestation``."""
        proof = {} if self.proof is None else {"proof": self.proof}
        return {
            "version": self.version,
            "token": self.token,
            "supported_algorithms": list(self.supported_algorithms),
            "attestation_types": list(self.attestation_types),
            **proof,
        }


@dataclass(frozen=True, slots=True)
class ServerAttestationCapability:
    """What a server requires, and in its answer what it found."""

    policy: VerificationPolicy | str = VerificationPolicy.REQUIRED
    trusted_issuers: Sequence[str] = ()  # names them to every client; empty names none
    required_claims: Sequence[str] = ("agent_identity", "attestation_metadata")
    version: str = ATTESTATION_VERSION
    verification_status: str | None = None  # "verified", "failed" or "not_provided"
    trust_level: str | None = None
    verified_claims: Sequence[str] = ()
    error: str | None = None
    error_code: int | None = None

    def with_verification_result(self, result: VerificationResult) -> ServerAttestationCapability:
        """A copy that tells the client what came of its attestation."""
        status = "verified" if result.verified else "failed"
        return replace(
            self,
            verification_status="not_provided" if result.reason == "not_provided" else status,
            trust_level=result.trust_level.value,
            verified_claims=tuple(result.verified_claims),
            error=result.error,
            error_code=result.error_code,
        )

    def to_dict(self) -> dict[str, Any]:
        """The member ``security.attestation``. What is absent or empty is left out."""
        members = {
            "version": self.version,
            "policy": VerificationPolicy(self.policy).value,
            "trusted_issuers": list(self.trusted_issuers),
            "required_claims": list(self.required_claims),
            "verification_status": self.verification_status,
            "trust_level": self.trust_level,
            "verified_claims": list(self.verified_claims),
            "error": self.error,
            "error_code": self.error_code,
        }
        return {name: value for name, value in members.items() if value not in (None, [])}


def with_capability(capabilities: Mapping[str, Any], member: Mapping[str, Any]) -> dict[str, Any]:
    """``capabilities`` with ``member`` as ``experimental["security.attestation"]``, as a copy.

    An ``experimental`` that is no object is replaced.
    """
    experimental = capabilities.get("experimental")
    others = experimental if isinstance(experimental, Mapping) else {}
    own = {ATTESTATION_CAPABILITY_KEY: dict(member)}
    return {**capabilities, "experimental": {**others, **own}}
