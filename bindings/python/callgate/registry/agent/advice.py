"""What to do about a registry that is not reached, and about variables that are misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Final

from callgate.registry.agent.errors import CredentialError
from callgate.trust.reasons import REASONS

# Every variable so named is one of these or misspelt.
_FAMILIES: Final = ("MCP_MESH_TLS", "MCP_MESH_VAULT", "MCP_MESH_SPIRE", "CALLGATE_AGENT_")
_KNOWN: Final = (
    "CALLGATE_AGENT_SHARED_KEY",
    "CALLGATE_AGENT_VAULT_ISSUE",
    "MCP_MESH_SPIRE_SOCKET",
    "MCP_MESH_TLS_CA",
    "MCP_MESH_TLS_CERT",
    "MCP_MESH_TLS_KEY",
    "MCP_MESH_TLS_MODE",
    "MCP_MESH_TLS_PROVIDER",
    "MCP_MESH_TLS_SKIP_VERIFY",  # of `callgate entity rotate`
    "MCP_MESH_VAULT_ADDR",
    "MCP_MESH_VAULT_PKI_PATH",
    "MCP_MESH_VAULT_TTL",
)


def check_names(environment: Mapping[str, str]) -> None:
    """Raises CredentialError that names a variable of these families that is none."""
    for name in sorted(environment):
        if name.startswith(_FAMILIES) and name not in _KNOWN:
            near = difflib.get_close_matches(name, _KNOWN, n=1)
            meant = f"did you mean {near[0]}?" if near else "unset it"
            raise CredentialError(f"unknown variable: {meant}", name)


def unreachable(url: str, error: Exception) -> str:
    """Which registry, what failed, and which variable to look at."""
    # Of TLS, the type alone says nothing: the text names the certificate's fault.
    said = f"{type(error).__name__}: {error}"[:300]
    if "ostname mismatch" in said or "IP address mismatch" in said:
        advice = "MCP_MESH_REGISTRY_URL needs a name or address of the registry's certificate"
    elif "CERTIFICATE_VERIFY_FAILED" in said:
        advice = "MCP_MESH_TLS_CA names the file of the authorities that verify the registry"
    else:
        advice = "see that MCP_MESH_REGISTRY_URL is the registry's, and that it runs"
    return f"{url}: {said}: {advice}"


def refused(reason: str | None) -> str:
    """The advice on a reason of docs/trust-reasons.md; empty of any other."""
    known = REASONS.get(reason or "")
    return "" if known is None else f": {known.advice}"
