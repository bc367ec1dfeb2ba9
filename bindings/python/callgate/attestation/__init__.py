"""Agent attestation: who is calling an MCP server, by a signed statement that the server verifies.

An issuer signs which model calls, who provides it and where it is deployed; a server that trusts
the issuer verifies that before it answers. ``core`` has tokens, ``protocol`` the handshake without
an SDK, ``mcp_client`` and ``mcp_server`` both sides of the official SDK, ``jwks`` the keys that
issuers publish, ``cache`` the stores of used tokens that several processes can share.

Example::

    keypair = KeyPair.generate("2026-11")
    provider = AttestationProvider("https://issuer.example", keypair)
    identity = AgentIdentity("claude-4", "claude-sonnet-4", "anthropic")
    token = provider.create_token(identity, "https://server.example")

    trusted = [IssuerTrust("https://issuer.example", keys={keypair.kid: keypair.public_key})]
    verifier = AttestationVerifier(trusted, audience="https://server.example")
    result = await verifier.verify(token)
"""

# core, protocol and attacks are programs too, and `python -m` would load them a second time, so the
# names come from the modules behind them. Each other public module re-exports one package: jwks
# key_sets, cache replay_stores, mcp_client signing, mcp_server enforcement, attacks _attacks, and
# observability telemetry.
# The engine alone judges tokens (core/attestation); enforcement/judge.py alone judges messages.
from callgate.attestation._agent import AttestingAgent
from callgate.attestation._capability import (
    ClientAttestationCapability,
    ServerAttestationCapability,
)
from callgate.attestation._claims import (
    AgentIdentity,
    AgentIntegrity,
    AttestationClaims,
    AttestationMetadata,
    ConfirmationKey,
)
from callgate.attestation._context import (
    AttestationContext,
    AttestationDenied,
    require_attestation,
)
from callgate.attestation._keys import InMemoryKeyResolver, KeyPair, KeyResolver
from callgate.attestation._middleware import (
    AttestationMiddleware,
    InitializeResult,
    extract_attestation_from_request,
    inject_attestation_into_response,
)
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
from callgate.attestation.observability import (
    AttestationEventHandler,
    AttestationMetrics,
    get_metrics,
    register_event_handler,
    reset_metrics,
    trace_jwks_fetch,
    trace_token_creation,
    trace_verification,
    unregister_event_handler,
)

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
    "AttestationContext",
    "AttestationDenied",
    "AttestationError",
    "AttestationEventHandler",
    "AttestationMetadata",
    "AttestationMetrics",
    "AttestationMiddleware",
    "AttestationProvider",
    "AttestationSigner",
    "AttestationType",
    "AttestationUnavailable",
    "AttestationVerifier",
    "AttestingAgent",
    "ClientAttestationCapability",
    "ConfirmationKey",
    "InMemoryKeyResolver",
    "InitializeResult",
    "IssuerTrust",
    "KeyPair",
    "KeyResolver",
    "Reason",
    "ReplayCache",
    "ReplayStore",
    "SafetyLevel",
    "ServerAttestationCapability",
    "TrustLevel",
    "VerificationPolicy",
    "VerificationResult",
    "create_anthropic_provider",
    "create_test_verifier",
    "extract_attestation_from_request",
    "get_metrics",
    "inject_attestation_into_response",
    "register_event_handler",
    "require_attestation",
    "reset_metrics",
    "trace_jwks_fetch",
    "trace_token_creation",
    "trace_verification",
    "unregister_event_handler",
]
