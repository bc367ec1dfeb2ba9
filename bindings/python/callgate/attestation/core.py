"""Attestation tokens: issued by an AttestationProvider, verified by an AttestationVerifier.

``python -m callgate.attestation.core`` shows both.
"""

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
from callgate.attestation._provider import AttestationProvider, AttestationSigner
from callgate.attestation._ready_made import create_anthropic_provider, create_test_verifier
from callgate.attestation._reasons import REASONS, AttestationError, Reason
from callgate.attestation._replay import AttestationUnavailable, ReplayCache, ReplayStore
from callgate.attestation._result import VerificationResult
from callgate.attestation._trust import ANY_AUDIENCE, AnyAudience, IssuerTrust
from callgate.attestation._verifier import AttestationVerifier

__all__ = [
    "ANY_AUDIENCE",
    "ATTESTATION_CAPABILITY_KEY",
    "ATTESTATION_EXTENSION",
    "ATTESTATION_VERSION",
    "REASONS",
    "AgentIdentity",
    "AgentIntegrity",
    "AnyAudience",
    "AttestationClaims",
    "AttestationError",
    "AttestationMetadata",
    "AttestationProvider",
    "AttestationSigner",
    "AttestationType",
    "AttestationUnavailable",
    "AttestationVerifier",
    "ConfirmationKey",
    "InMemoryKeyResolver",
    "IssuerTrust",
    "KeyPair",
    "KeyResolver",
    "Reason",
    "ReplayCache",
    "ReplayStore",
    "SafetyLevel",
    "TrustLevel",
    "VerificationPolicy",
    "VerificationResult",
    "create_anthropic_provider",
    "create_test_verifier",
]

if __name__ == "__main__":
    from callgate.attestation._demos import show_core

    show_core()
