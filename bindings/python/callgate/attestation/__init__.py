"""Agent attestation: who is calling an MCP server, by a signed statement that the server verifies.

An issuer signs which model calls, who provides it and where it is deployed; a server that trusts
the issuer verifies that before it answers. ``core`` has tokens, ``protocol`` the handshake without
an SDK, ``mcp_client`` and ``mcp_server`` both sides of the official SDK, ``jwks`` the keys that
issuers publish, ``cache`` the memory that several processes share.

Example::

    keypair = KeyPair.generate("2026-11")
    provider = AttestationProvider("https://issuer.example", keypair)
    identity = AgentIdentity("claude-4", "claude-sonnet-4", "anthropic")
    token = provider.create_token(identity, "https://server.example")

    trusted = [IssuerTrust("https://issuer.example", keys={keypair.kid: keypair.public_key})]
    verifier = AttestationVerifier(trusted, audience="https://server.example")
    result = await verifier.verify(token)
"""

# Not from core, protocol and attacks, which are programs besides: `python -m` would run them twice.
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
