"""What callgate.attestation makes public, and what it loads."""

import ast
import graphlib
import subprocess
import sys
from importlib import metadata
from pathlib import Path

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


def test_the_extra_brings_no_sdk_and_all_exists() -> None:
    required = metadata.requires("callgate") or []
    of_extra = [line for line in required if 'extra == "attestation"' in line]
    assert of_extra
    assert not [line for line in of_extra if line.startswith("mcp")]
    assert "all" in metadata.metadata("callgate").get_all("Provides-Extra", [])


PACKAGE = Path(callgate.attestation.__file__).parent


def imports_within() -> dict[str, set[str]]:
    """Of each module of the package, the others that it imports, in functions too."""
    files = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }
    found: dict[str, set[str]] = {}
    for module, path in files.items():
        names = set()
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
        inner = {name.removeprefix("callgate.attestation.") for name in names}
        found[module] = inner & files.keys()
    return found


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = graphlib.TopologicalSorter(imports_within())
    assert list(graph.static_order())


def test_what_verifies_knows_no_carrier_store_or_key_server() -> None:
    imports = imports_within()
    reached, todo = set[str](), ["_verifier", "_provider"]
    while todo:
        module = todo.pop()
        if module not in reached:
            reached.add(module)
            todo += imports[module]
    rooms = {module.partition(".")[0] for module in reached}
    assert rooms == {
        *("_claims", "_engine", "_keys", "_names", "_provider", "_reasons", "_replay"),
        *("_result", "_trust", "_trusted_keys", "_verifier", "telemetry"),
    }
