"""What a token says of an agent, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from callgate.attestation._names import (
    ATTESTATION_VERSION,
    AttestationType,
    SafetyLevel,
)


@dataclass(frozen=True, slots=True)
class AgentIdentity:
    """``agent_identity``: which model calls, who provides it, where it is deployed."""

    model_family: str
    model_version: str
    provider: str
    deployment_id: str | None = None

    def to_spiffe_id(self, trust_domain: str | None = None) -> str:
        """``spiffe://<trust domain>/model/<model version>``: the subject of tokens for this agent.

        The trust domain is ``<provider>.com`` unless one is given. Issuing refuses a subject that
        is no SPIFFE ID, as one of a version with ``:`` or a space would be.
        """
        return f"spiffe://{trust_domain or f'{self.provider}.com'}/model/{self.model_version}"

    def to_dict(self) -> dict[str, Any]:
        """The claim. What is absent is left out."""
        return _present(
            model_family=self.model_family,
            model_version=self.model_version,
            provider=self.provider,
            deployment_id=self.deployment_id,
        )


@dataclass(frozen=True, slots=True)
class AgentIntegrity:
    """``agent_integrity``: digests of what the agent was set up with, as ``compute_hash`` has them.

    They compare equal only where the same bytes were hashed: there is no canonical form.
    """

    config_hash: str | None = None
    system_prompt_hash: str | None = None

    @staticmethod
    def compute_hash(text: str) -> str:
        """``sha256:`` and 64 hexadecimal digits: SHA-256 of the UTF-8 of ``text``."""
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    def to_dict(self) -> dict[str, Any]:
        """The claim. What is absent is left out."""
        return _present(config_hash=self.config_hash, system_prompt_hash=self.system_prompt_hash)


@dataclass(frozen=True, slots=True)
class AttestationMetadata:
    """``attestation_metadata``: the kind of attestation, and what the issuer says of safety."""

    attestation_version: str = ATTESTATION_VERSION
    attestation_type: str = AttestationType.PROVIDER
    safety_level: str = SafetyLevel.STANDARD
    capabilities_declared: Sequence[str] = ()

    def to_dict(self) -> dict[str, Any]:
        """The claim."""
        return {
            "attestation_version": self.attestation_version,
            "attestation_type": str(self.attestation_type),
            "safety_level": str(self.safety_level),
            "capabilities_declared": list(self.capabilities_declared),
        }


@dataclass(frozen=True, slots=True)
class ConfirmationKey:
    """``cnf`` (RFC 7800): the key that the caller has to prove possession of.

    ``tls_binding`` is never issued, and not looked at: no public issuer writes it.
    """

    jwk: Mapping[str, Any] | None = None
    tls_binding: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The claim. What is absent is left out."""
        return _present(jwk=_copied(self.jwk), tls_binding=_copied(self.tls_binding))


@dataclass(frozen=True, slots=True)
class AttestationClaims:
    """All claims of a token. Times are seconds since 1970 (NumericDate, RFC 7519 section 2)."""

    iss: str
    sub: str
    aud: str | Sequence[str]
    iat: int
    exp: int
    jti: str
    agent_identity: AgentIdentity
    attestation_metadata: AttestationMetadata = field(default_factory=AttestationMetadata)
    nbf: int | None = None
    agent_integrity: AgentIntegrity | None = None
    cnf: ConfirmationKey | None = None

    def to_dict(self) -> dict[str, Any]:
        """The payload of a token. What is absent is left out."""
        integrity, confirmation = self.agent_integrity, self.cnf
        return _present(
            iss=self.iss,
            sub=self.sub,
            aud=self.aud if isinstance(self.aud, str) else list(self.aud),
            iat=self.iat,
            exp=self.exp,
            jti=self.jti,
            agent_identity=self.agent_identity.to_dict(),
            attestation_metadata=self.attestation_metadata.to_dict(),
            nbf=self.nbf,
            agent_integrity=None if integrity is None else integrity.to_dict(),
            cnf=None if confirmation is None else confirmation.to_dict(),
        )

    @classmethod
    def from_dict(cls, claims: Mapping[str, Any]) -> AttestationClaims:
        """The claims of a payload, without any judgement. Members that are unknown are dropped.

        Raises KeyError and TypeError where the payload is not one of a token that verified.
        """
        integrity, confirmation = claims.get("agent_integrity"), claims.get("cnf")
        return cls(
            iss=claims["iss"],
            sub=claims["sub"],
            aud=claims["aud"],
            iat=claims["iat"],
            exp=claims["exp"],
            jti=claims["jti"],
            agent_identity=AgentIdentity(**_known(AgentIdentity, claims["agent_identity"])),
            attestation_metadata=AttestationMetadata(
                **_known(AttestationMetadata, claims.get("attestation_metadata", {}))
            ),
            nbf=claims.get("nbf"),
            agent_integrity=None
            if integrity is None
            else AgentIntegrity(**_known(AgentIntegrity, integrity)),
            cnf=None
            if confirmation is None
            else ConfirmationKey(**_known(ConfirmationKey, confirmation)),
        )


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _copied(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if value is None else dict(value)


def _known(kind: type, members: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in members.items() if name in names}
