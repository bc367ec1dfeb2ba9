"""The environment variables of the mesh, each with the key of the configuration that it sets.

They stand over the file, and variables such as ``CALLGATE_REGISTRY__HEALTH__PORT=8081`` over them.
A variable that is not known and is named like a setting of the registry is a fault: a registry
that overlooked ``MCP_MESH_TLS_MOED=strict`` would let everyone in.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final

from callgate.settings.duration import seconds_of
from callgate.settings.places import Fault, PlacedDocument

OWN_PREFIX: Final = "CALLGATE_REGISTRY__"
_Key = tuple[str, ...]

_TEXTS: Final[dict[str, _Key]] = {
    "MCP_MESH_TLS_MODE": ("tls", "mode"),
    "MCP_MESH_TLS_CERT": ("tls", "cert"),
    "MCP_MESH_TLS_KEY": ("tls", "key"),
    "MCP_MESH_TLS_CA": ("tls", "ca"),
    "MCP_MESH_TRUST_DIR": ("trust", "dir"),
    "MCP_MESH_K8S_NAMESPACE": ("k8s", "namespace"),
    "MCP_MESH_K8S_LABEL_SELECTOR": ("k8s", "label_selector"),
    "MCP_MESH_SPIRE_SOCKET": ("spire", "socket"),
    "HOST": ("host",),
    "DATABASE_URL": ("database_url",),
}
_NUMBERS: Final[dict[str, _Key]] = {
    "MCP_MESH_ADMIN_PORT": ("admin", "port"),
    "PORT": ("port",),
}
_DURATIONS: Final[dict[str, _Key]] = {
    "HEALTH_CHECK_INTERVAL": ("health", "check_interval"),
    "DEFAULT_TIMEOUT_THRESHOLD": ("health", "timeout_threshold"),
    "MCP_MESH_RETENTION": ("retention",),
    "MCP_MESH_SWEEP_INTERVAL": ("sweep_interval",),
}
_BACKENDS: Final = "MCP_MESH_TRUST_BACKEND"
VARIABLES: Final[dict[str, _Key]] = {
    **_TEXTS,
    **_NUMBERS,
    **_DURATIONS,
    _BACKENDS: ("trust", "backend"),
}
# Of agents, of the dashboard, and what the public registry reads and does not use.
_OTHERS: Final = frozenset(
    {
        "DEFAULT_EVICTION_THRESHOLD",
        "MCP_MESH_AGENT_ID",
        "MCP_MESH_AGENT_NAME",
        "MCP_MESH_AUTH_TOKEN",
        "MCP_MESH_HEALTH_INTERVAL",
        "MCP_MESH_HTTP_HOST",
        "MCP_MESH_HTTP_PORT",
        "MCP_MESH_NAMESPACE",
        "MCP_MESH_REGISTRY_SPIFFE_ID",
        "MCP_MESH_REGISTRY_TLS_CA",
        "MCP_MESH_REGISTRY_TLS_CERT",
        "MCP_MESH_REGISTRY_TLS_KEY",
        "MCP_MESH_REGISTRY_TLS_SKIP_VERIFY",
        "MCP_MESH_REGISTRY_URL",
        "MCP_MESH_TLS_PROVIDER",
        "MCP_MESH_TRUST_DOMAIN",
        "MCP_MESH_VAULT_ADDR",
        "MCP_MESH_VAULT_PKI_PATH",
        "MCP_MESH_VAULT_TTL",
    }
)
# Every variable so named is either of the table or misspelt.
_FAMILIES: Final = (
    "MCP_MESH_TLS",
    "MCP_MESH_TRUST",
    "MCP_MESH_K8S",
    "MCP_MESH_SPIRE",
    "MCP_MESH_ADMIN",
    "MCP_MESH_RETENTION",
    "MCP_MESH_SWEEP",
)


def apply_mesh_variables(document: PlacedDocument, environ: Mapping[str, str]) -> None:
    """Puts their values over the document's. An empty variable counts as none."""
    for name in sorted(environ):
        text = environ[name]
        if name in VARIABLES:
            if text:
                _put(document, name, text)
        elif (meant := _meant(name)) is not None:
            document.faults.append(Fault(name, f"unknown variable{meant}"))


def _put(document: PlacedDocument, name: str, text: str) -> None:
    try:
        document.put(VARIABLES[name], _value(name, text), name)
    except ValueError as error:
        document.faults.append(Fault(name, str(error)))


def _value(name: str, text: str) -> Any:
    if name in _NUMBERS:
        if not (text.isascii() and text.isdecimal()):
            raise ValueError("expected a port number")
        return int(text)
    if name in _DURATIONS:
        return seconds_of(text)
    if name == _BACKENDS:
        return [one for one in (part.strip() for part in text.split(",")) if one]
    return text


def _meant(name: str) -> str | None:
    """What to say of an unknown variable; None where it is no setting of the registry."""
    if name in _OTHERS:
        return None
    close = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.85)
    if close and len(name) > len("DATABASE_URL") and name.startswith(("MCP", "HEALTH", "DEFAULT")):
        return f": did you mean {close[0]}?"
    return ": unset it, or see docs/registry.md" if name.startswith(_FAMILIES) else None
