"""``--tls-auto``: certificates for a whole mesh on this machine, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from callgate.trust.backends.local_authority import ENTITY as ENTITY_FILE
from callgate.trust.backends.local_authority import ROOT, LocalAuthority

ENTITY: Final = "local-dev"
_REGISTRY: Final = "mcp-mesh-registry"


@dataclass(frozen=True)
class LocalMesh:
    """Where the certificates are, and the variables that name them."""

    directory: Path
    root: Path
    registry: Mapping[str, str]  # variables of the registry
    agents: Mapping[str, Mapping[str, str]]  # by the agent's name, variables of each agent

    def missing(self, entity: str = ENTITY) -> list[str]:
        """Files that preparing it makes; the registry's pair is made again each time."""
        authority = self.directory / entity / ENTITY_FILE
        return [
            *(str(one) for one in (self.root, authority) if not one.exists()),
            self.registry["MCP_MESH_TLS_CERT"],
            self.registry["MCP_MESH_TLS_KEY"],
        ]


def prepare_local_mesh(
    directory: Path,
    *,
    entity: str = ENTITY,
    hosts: Sequence[str] = (),
    agents: Sequence[str] = (),
) -> LocalMesh:
    """Makes what is missing: a root, an entity, and certificates of it.

    The root and the entity stay as they are; the registry's certificate is replaced, for localhost
    and ``hosts``, and so are those of ``agents``. Raises CallgateError, OSError.
    """
    authority = LocalAuthority(directory)
    authority.issue(entity, _REGISTRY, *_pair(directory), hosts)
    made = {
        agent: MappingProxyType(_variables(directory / ROOT, authority.issue_agent(entity, agent)))
        for agent in agents
    }
    return replace(planned_local_mesh(directory), agents=MappingProxyType(made))


def planned_local_mesh(directory: Path) -> LocalMesh:
    """What ``prepare_local_mesh`` gives, without agents. Makes nothing."""
    root = directory / ROOT
    backends = {"MCP_MESH_TRUST_BACKEND": "localca,filestore", "MCP_MESH_TRUST_DIR": str(directory)}
    variables = backends | _variables(root, _pair(directory))
    return LocalMesh(directory, root, MappingProxyType(variables), MappingProxyType({}))


def _pair(directory: Path) -> tuple[Path, Path]:
    return directory / "registry-cert.pem", directory / "registry-key.pem"


def _variables(root: Path, files: tuple[Path, Path]) -> dict[str, str]:
    certificate, key = files
    return {
        "MCP_MESH_TLS_MODE": "auto",
        "MCP_MESH_TLS_CERT": str(certificate),
        "MCP_MESH_TLS_KEY": str(key),
        "MCP_MESH_TLS_CA": str(root),
    }
