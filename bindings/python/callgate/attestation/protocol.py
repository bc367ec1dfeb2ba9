"""The handshake that carries attestation in MCP versions up to 2025-11-25, without an SDK.

``python -m callgate.attestation.protocol`` shows it.
"""

from callgate.attestation._agent import AttestingAgent
from callgate.attestation._capability import (
    ClientAttestationCapability,
    ServerAttestationCapability,
)
from callgate.attestation._context import (
    AttestationContext,
    AttestationDenied,
    require_attestation,
)
from callgate.attestation._middleware import (
    AttestationMiddleware,
    InitializeResult,
    extract_attestation_from_request,
    inject_attestation_into_response,
)
from callgate.attestation._names import ATTESTATION_CAPABILITY_KEY, ATTESTATION_VERSION
from callgate.attestation._reasons import AttestationError

__all__ = [
    "ATTESTATION_CAPABILITY_KEY",
    "ATTESTATION_VERSION",
    "AttestationContext",
    "AttestationDenied",
    "AttestationError",
    "AttestationMiddleware",
    "AttestingAgent",
    "ClientAttestationCapability",
    "InitializeResult",
    "ServerAttestationCapability",
    "extract_attestation_from_request",
    "inject_attestation_into_response",
    "require_attestation",
]

if __name__ == "__main__":
    from callgate.attestation._demos import show_protocol

    show_protocol()
