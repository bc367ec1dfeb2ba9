"""SMCP and SEAL for Python: the clients, the envelope functions and their errors."""

from callgate.smcp._async_client import AsyncSEALClient, AsyncSMCPClient
from callgate.smcp._attestation_result import AttestationResult
from callgate.smcp._client import SEALClient, SMCPClient
from callgate.smcp._envelope import (
    create_canonical_message,
    create_seal_envelope,
    create_smcp_envelope,
    verify_seal_envelope,
    verify_smcp_envelope,
)
from callgate.smcp._key import Ed25519Key
from callgate.smcp._timestamp import parse_iso8601_to_unix
from callgate.smcp.errors import (
    CertificateRefused,
    ClientClosed,
    ConfigurationError,
    ConnectionLost,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnreachable,
    InvalidResponse,
    NotAttested,
    PayloadError,
    RedirectRefused,
    ResponseTooLarge,
    SEALError,
    SMCPError,
    TokenRefused,
    ToolCallError,
    ToolDenied,
    VerificationError,
    WrongResponseId,
)

__all__ = [
    "AsyncSEALClient",
    "AsyncSMCPClient",
    "AttestationResult",
    "CertificateRefused",
    "ClientClosed",
    "ConfigurationError",
    "ConnectionLost",
    "Ed25519Key",
    "GatewayRefused",
    "GatewayTimeout",
    "GatewayUnreachable",
    "InvalidResponse",
    "NotAttested",
    "PayloadError",
    "RedirectRefused",
    "ResponseTooLarge",
    "SEALClient",
    "SEALError",
    "SMCPClient",
    "SMCPError",
    "TokenRefused",
    "ToolCallError",
    "ToolDenied",
    "VerificationError",
    "WrongResponseId",
    "create_canonical_message",
    "create_seal_envelope",
    "create_smcp_envelope",
    "parse_iso8601_to_unix",
    "verify_seal_envelope",
    "verify_smcp_envelope",
]
