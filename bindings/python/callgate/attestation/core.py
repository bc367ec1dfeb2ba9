"""Attestation tokens: issued by an AttestationProvider, verified by an AttestationVerifier."""

from callgate.attestation._claims import (
    AgentIdentity,
    AgentIntegrity,
    AttestationClaims,
    AttestationMetadata,
    ConfirmationKey,
)
from callgate.attestation._keys import InMemoryKeyResolver, KeyPair, KeyResolver
from callgate.attestation._names import (
    ATTESTATION_CAPABILITY_KEY,
    ATTESTATION_EXTENSION,
    ATTESTATION_VERSION,
    AttestationType,
    SafetyLevel,
    TrustLevel,
    VerificationPolicy,
)
from callgate.attestation._trust import ANY_AUDIENCE, AnyAudience, IssuerTrust

__all__ = [
    "ANY_AUDIENCE",
    "ATTESTATION_CAPABILITY_KEY",
    "ATTESTATION_EXTENSION",
    "ATTESTATION_VERSION",
    "AgentIdentity",
    "AgentIntegrity",
    "AnyAudience",
    "AttestationClaims",
    "AttestationMetadata",
    "AttestationType",
    "ConfirmationKey",
    "InMemoryKeyResolver",
    "IssuerTrust",
    "KeyPair",
    "KeyResolver",
    "SafetyLevel",
    "TrustLevel",
    "VerificationPolicy",
]
