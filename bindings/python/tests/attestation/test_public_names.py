"""What callgate.attestation makes public, and what it loads."""

import subprocess
import sys

import callgate.attestation
import callgate.attestation.attacks
import callgate.attestation.core
import callgate.attestation.protocol


def test_the_public_names_are_these() -> None:
    assert callgate.attestation.__all__ == [
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


def test_the_parts_have_their_names_in_the_package_too() -> None:
    package = set(callgate.attestation.__all__)
    for part in (callgate.attestation.core, callgate.attestation.protocol):
        assert set(part.__all__) <= package
        assert sorted(part.__all__) == sorted(set(part.__all__))
        assert all(hasattr(part, name) for name in part.__all__)
    assert "AttackSimulator" in callgate.attestation.attacks.__all__


def test_the_package_loads_no_library_of_an_extra() -> None:
    program = "import sys, callgate.attestation; print(*sys.modules)"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "callgate.attestation._verifier" in loaded
    assert not {"mcp", "httpx2", "redis", "starlette", "uvicorn", "pydantic"} & set(loaded)
