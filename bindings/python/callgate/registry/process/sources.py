"""The trust backends of a registry, and whether it could admit anyone with them."""

from __future__ import annotations

from collections.abc import Mapping

from callgate import CallgateError
from callgate.registry.config import RegistryConfig
from callgate.trust.backends import configured
from callgate.trust.backends.source import Source
from callgate.trust.gathering import Gathering
from callgate.trust.store import TrustStore


def make_sources(config: RegistryConfig, environ: Mapping[str, str]) -> list[Source]:
    """In their order, not yet started. Raises CallgateError, also where an extra is missing."""
    wanted = configured.Wanted(
        config.trust.backend,
        directory=config.trust.dir,
        namespace=config.k8s.namespace,
        selector=config.k8s.label_selector,
        socket=config.spire.socket,
        stale_after=config.trust.stale_after,
    )
    return configured.make_sources(wanted, environ)


def check_trust(config: RegistryConfig, trust: TrustStore | Gathering) -> None:
    """Raises CallgateError where the registry could admit no one, or could tell no one apart."""
    if not config.tls.on:
        return
    if all(state.status == "unavailable" for state in trust.states):
        details = "; ".join(f"{state.name}: {state.detail}" for state in trust.states)
        if any(state.name == "spire" for state in trust.states):
            details += "; MCP_MESH_SPIRE_SOCKET is the path of the Workload API's socket"
        raise CallgateError(
            f"no trust backend can be used: {details}", "INVALID_ARGUMENT", "MCP_MESH_TRUST_BACKEND"
        )
    if config.tls.mode == "strict" and not trust.snapshot.anchors:
        folder = config.trust.dir
        option = "" if folder is None else f" --trust-dir {folder}"
        raise CallgateError(
            "strict mode without an anchor would admit no one: register an entity first, with "
            f"`callgate entity register NAME --ca-cert FILE{option}`",
            "INVALID_ARGUMENT",
            "MCP_MESH_TRUST_BACKEND",
        )
