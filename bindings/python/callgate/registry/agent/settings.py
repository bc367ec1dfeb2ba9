"""AgentSettings: what the environment says of an agent's credentials and registry.

The variables are the public system's, with the same names and defaults.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast, get_args
from urllib.parse import urlsplit

from callgate.registry.agent.advice import check_names
from callgate.registry.agent.errors import CredentialError

Mode: TypeAlias = Literal["off", "auto", "strict"]
ProviderName: TypeAlias = Literal["file", "vault", "spire"]

DEFAULT_SOCKET: Final = Path("/run/spire/agent/sockets/agent.sock")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class VaultSettings:
    """A role of Vault's PKI secrets engine."""

    address: str  # MCP_MESH_VAULT_ADDR: https, or http on loopback
    pki_path: str  # MCP_MESH_VAULT_PKI_PATH: <mount>/issue/<role> or <mount>/sign/<role>
    token: str = field(repr=False)  # VAULT_TOKEN
    ttl: str = "24h"  # MCP_MESH_VAULT_TTL
    # CALLGATE_AGENT_VAULT_ISSUE: Vault makes the key and sends it. Otherwise it never leaves the
    # process, and Vault signs a request (the role's `sign` path).
    issue: bool = False
    ca: Path | None = None  # VAULT_CACERT, else MCP_MESH_TLS_CA, else the system's authorities


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """Everything an agent is told. Immutable.

    Example: ``AgentSettings.of_environment({"MCP_MESH_TLS_MODE": "auto",
    "MCP_MESH_TLS_CERT": "agent.pem", "MCP_MESH_TLS_KEY": "agent-key.pem"})``.
    """

    mode: Mode = "off"
    provider: ProviderName = "file"
    certificate: Path | None = None  # MCP_MESH_TLS_CERT: the leaf first, then intermediates, PEM
    key: Path | None = field(default=None, repr=False)  # MCP_MESH_TLS_KEY
    # CALLGATE_AGENT_SHARED_KEY: take a key file that its group or others may read.
    shared_key: bool = False
    # MCP_MESH_TLS_CA: verifies the registry; unset under `spire`, the bundle of its domain does.
    ca: Path | None = None
    vault: VaultSettings | None = None
    spire_socket: Path = DEFAULT_SOCKET  # MCP_MESH_SPIRE_SOCKET: a path, no URL
    # MCP_MESH_REGISTRY_SPIFFE_ID: the registry's, under `spire`. Unset: any of the own domain.
    registry_spiffe_id: str | None = None
    trust_domain: str = "mcp-mesh.local"  # MCP_MESH_TRUST_DOMAIN: suffix of Vault's common name
    http_host: str = "localhost"  # MCP_MESH_HTTP_HOST: the name or address that others connect to
    registry_url: str = "http://localhost:8000"  # MCP_MESH_REGISTRY_URL
    health_interval: float = 5.0  # MCP_MESH_HEALTH_INTERVAL, seconds between heartbeats

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] | None = None) -> AgentSettings:
        """Reads the variables; an empty one is unset. Raises CredentialError that names the
        variable and what it may be.
        """
        environment = os.environ if environment is None else environment
        check_names(environment)
        read = _Reader(environment)
        mode = cast(Mode, read.choice("MCP_MESH_TLS_MODE", "off", get_args(Mode)))
        provider = cast(
            ProviderName, read.choice("MCP_MESH_TLS_PROVIDER", "file", get_args(ProviderName))
        )
        settings = cls(
            mode=mode,
            provider=provider,
            certificate=read.path("MCP_MESH_TLS_CERT"),
            key=read.path("MCP_MESH_TLS_KEY"),
            shared_key=read.flag("CALLGATE_AGENT_SHARED_KEY"),
            ca=read.path("MCP_MESH_TLS_CA"),
            vault=read.vault() if mode != "off" and provider == "vault" else None,
            spire_socket=read.path("MCP_MESH_SPIRE_SOCKET") or DEFAULT_SOCKET,
            registry_spiffe_id=read.text("MCP_MESH_REGISTRY_SPIFFE_ID"),
            trust_domain=read.text("MCP_MESH_TRUST_DOMAIN") or "mcp-mesh.local",
            http_host=read.text("MCP_MESH_HTTP_HOST") or "localhost",
            registry_url=read.url("MCP_MESH_REGISTRY_URL", "http://localhost:8000"),
            health_interval=read.seconds("MCP_MESH_HEALTH_INTERVAL", 5.0),
        )
        settings._check()
        return settings

    def _check(self) -> None:
        if self.mode == "off":
            return
        if self.provider == "file":
            for name, path in (
                ("MCP_MESH_TLS_CERT", self.certificate),
                ("MCP_MESH_TLS_KEY", self.key),
            ):
                if path is None:
                    message = f"the provider `file` needs it while MCP_MESH_TLS_MODE is {self.mode}"
                    raise CredentialError(message, name)
        if not self.registry_url.startswith("https://"):
            message = f"expected an https URL while MCP_MESH_TLS_MODE is {self.mode}"
            raise CredentialError(message, "MCP_MESH_REGISTRY_URL")


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str | None:
        return self._environment.get(name, "").strip() or None

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        return None if text is None else Path(text)

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        # Without case, as the public agents read it.
        text = (self.text(name) or default).lower()
        if text not in choices:
            near = difflib.get_close_matches(text, choices, n=1)
            meant = f": did you mean {near[0]}?" if near else ""
            expected = f"expected one of {', '.join(choices)}, not {text[:64]!r}{meant}"
            raise CredentialError(expected, name)
        return text

    def seconds(self, name: str, default: float) -> float:
        text = self.text(name)
        try:
            value = default if text is None else float(text)
        except ValueError:
            value = 0
        if not 0 < value <= 3600:
            raise CredentialError("expected seconds, more than 0 and at most 3600", name)
        return value

    def flag(self, name: str) -> bool:
        text = (self.text(name) or "false").lower()
        if text not in ("true", "false", "1", "0"):
            raise CredentialError("expected true or false", name)
        return text in ("true", "1")

    def url(self, name: str, default: str) -> str:
        text = self.text(name) or default
        return check_url(text, name)

    def required(self, name: str) -> str:
        text = self.text(name)
        if text is None:
            raise CredentialError("the provider `vault` needs it", name)
        return text

    def vault(self) -> VaultSettings:
        address = check_url(self.required("MCP_MESH_VAULT_ADDR"), "MCP_MESH_VAULT_ADDR")
        if address.startswith("http://") and urlsplit(address).hostname not in _LOOPBACK:
            message = "expected https: over http the token could be read on its way"
            raise CredentialError(message, "MCP_MESH_VAULT_ADDR")
        return VaultSettings(
            address=address,
            pki_path=self.required("MCP_MESH_VAULT_PKI_PATH"),
            token=self.required("VAULT_TOKEN"),
            ttl=self.text("MCP_MESH_VAULT_TTL") or "24h",
            issue=self.flag("CALLGATE_AGENT_VAULT_ISSUE"),
            ca=self.path("VAULT_CACERT") or self.path("MCP_MESH_TLS_CA"),
        )


def check_url(text: str, name: str) -> str:
    """An http or https URL without a trailing slash. Raises CredentialError."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    acceptable = parts.scheme in ("http", "https") and parts.hostname and port != 0
    if not acceptable or parts.username is not None or parts.query or parts.fragment:
        raise CredentialError("expected a URL such as https://registry.example:8443", name)
    return text.rstrip("/")
