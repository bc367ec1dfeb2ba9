"""Organization: one authority, and where agents of it get their certificates."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from callgate import CallgateError
from callgate.registry.demo.certificates import Authority
from callgate.registry.demo.vault_server import TOKEN, VaultServer

HOST: Final = "127.0.0.1"
REGISTRY_ID: Final = "spiffe://mesh.example/registry"
SPIRE_MISSING: Final = "pip install 'callgate[spire]'"
_SOCKET_BYTES: Final = 103  # of the path of a unix socket, on macOS; on Linux 107


@dataclass(frozen=True)
class Credential:
    """The variables of one agent, and in words where its certificate comes from."""

    agent_id: str
    source: str
    environ: dict[str, str]


@final
class Organization:
    """Its root issues certificates to files, and an authority each to Vault and to SPIRE.

    What it starts ends with ``stack``. Raises OSError.
    """

    def __init__(self, name: str, folder: Path, stack: contextlib.ExitStack) -> None:
        self.name = name
        self.root = Authority(f"{name} root")
        self.folder = folder / name
        self.folder.mkdir(mode=0o700)
        self.ca = write(self.folder / "ca.pem", self.root.pem)
        self._stack = stack

    def from_files(self, suffix: str = "file") -> Credential:
        """A certificate and its key in files."""
        agent_id = f"{self.name}-{suffix}"
        leaf = self.root.issue(agent_id, dns=[agent_id], addresses=[HOST])
        return Credential(
            agent_id,
            "certificate and key in files",
            {
                "MCP_MESH_TLS_PROVIDER": "file",
                "MCP_MESH_TLS_CERT": str(write(self.folder / f"{suffix}.pem", leaf.pem)),
                "MCP_MESH_TLS_KEY": str(write(self.folder / f"{suffix}-key.pem", leaf.key_pem)),
            },
        )

    def from_vault(self) -> Credential:
        """Signed by a server shaped as Vault, whose own certificate the root issued."""
        authority = Authority(f"{self.name} Vault", by=self.root)
        vault = VaultServer(self.folder, authority, server=self.root)
        self._stack.enter_context(vault)
        return Credential(
            f"{self.name}-vault",
            "signed by Vault's API, the key stays with the agent",
            {
                "MCP_MESH_TLS_PROVIDER": "vault",
                "MCP_MESH_VAULT_ADDR": vault.url,
                "MCP_MESH_VAULT_PKI_PATH": "pki_int/sign/mesh-agent",
                "VAULT_TOKEN": TOKEN,
                "VAULT_CACERT": str(self.ca),
            },
        )

    def from_spire(self, registry: Authority) -> Credential:
        """An SVID of a server shaped as SPIRE's Workload API.

        It federates with the trust domain of the registry, whose authority is ``registry``. Raises
        CallgateError where the temporary folder has too long a name for a socket.
        """
        # The libraries of the extra spire, which is asked for before.
        from callgate.registry.demo.workload_api_server import Said, Svid, WorkloadApiServer

        socket = self.folder / "agent.sock"
        if len(os.fsencode(socket)) > _SOCKET_BYTES:
            message = "too long for the path of a socket: set TMPDIR to a folder such as /tmp"
            raise CallgateError(message, "INVALID_ARGUMENT", str(socket))
        agent_id = f"{self.name}-spire"
        spiffe_id = f"spiffe://{self.name}.example/{agent_id}"
        authority = Authority(f"{self.name} SPIRE", by=self.root)
        leaf = authority.issue(agent_id, uris=[spiffe_id])
        svid = Svid(spiffe_id, leaf.der + authority.der, leaf.key_der, self.root.der)
        said = Said(svids=[svid], bundles={"spiffe://mesh.example": registry.der})
        self._stack.enter_context(WorkloadApiServer(socket, said))
        return Credential(
            agent_id,
            "an SVID of a SPIFFE Workload API",
            {
                "MCP_MESH_TLS_PROVIDER": "spire",
                "MCP_MESH_SPIRE_SOCKET": str(socket),
                "MCP_MESH_REGISTRY_SPIFFE_ID": REGISTRY_ID,
            },
        )


def has_spire() -> bool:
    """Whether the libraries of the extra spire are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("grpc", "spiffe"))


def write(path: Path, data: bytes) -> Path:
    """A new file that its owner alone can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    return path
