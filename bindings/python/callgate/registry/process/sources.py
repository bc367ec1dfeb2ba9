"""The trust backends that a configuration names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from callgate import CallgateError
from callgate.registry.backends.followed import Patience
from callgate.registry.backends.source import Source
from callgate.registry.config import RegistryConfig
from callgate.registry.trust_store import TrustStore


def make_sources(config: RegistryConfig, environ: Mapping[str, str]) -> list[Source]:
    """In their order, not yet started. Raises CallgateError, also where an extra is missing."""
    return [_MAKERS[name](config, environ) for name in config.trust.backend]


def check_trust(config: RegistryConfig, trust: TrustStore) -> None:
    """Raises CallgateError where the registry could admit no one, or could tell no one apart."""
    if not config.tls.on:
        return
    if all(state.status == "unavailable" for state in trust.states):
        details = "; ".join(f"{state.name}: {state.detail}" for state in trust.states)
        raise CallgateError(
            f"no trust backend can be used: {details}", "INVALID_ARGUMENT", "MCP_MESH_TRUST_BACKEND"
        )
    if config.tls.mode == "strict" and not trust.snapshot.anchors:
        raise CallgateError(
            "strict mode without an anchor would admit no one: register an entity first, with "
            "`callgate entity register NAME --ca-cert FILE`",
            "INVALID_ARGUMENT",
            "MCP_MESH_TRUST_BACKEND",
        )


def _filestore(config: RegistryConfig, environ: Mapping[str, str]) -> Source:
    from callgate.registry.backends.filestore import filestore

    return filestore(_directory(config))


def _localca(config: RegistryConfig, environ: Mapping[str, str]) -> Source:
    from callgate.registry.backends.localca import localca

    return localca(_directory(config))


def _k8s_secrets(config: RegistryConfig, environ: Mapping[str, str]) -> Source:
    try:
        from callgate.registry.backends.k8s_cluster import Cluster
        from callgate.registry.backends.k8s_secrets import k8s_secrets
    except ModuleNotFoundError as error:
        raise _missing("kubernetes", error) from error
    return k8s_secrets(
        Cluster.of_environment(environ),
        namespace=config.k8s.namespace,
        selector=config.k8s.label_selector,
        patience=Patience(stale=config.trust.stale_after),
    )


def _spire(config: RegistryConfig, environ: Mapping[str, str]) -> Source:
    try:
        from callgate.registry.backends.spire import spire
    except ModuleNotFoundError as error:
        raise _missing("spire", error) from error
    return spire(config.spire.socket, patience=Patience(stale=config.trust.stale_after))


def _directory(config: RegistryConfig) -> Path:
    directory = config.trust.dir
    assert directory is not None, "the configuration was checked"
    return directory


def _missing(extra: str, error: ModuleNotFoundError) -> CallgateError:
    message = f"{error.name} is not installed: pip install 'callgate[{extra}]'"
    return CallgateError(message, "INVALID_ARGUMENT", "MCP_MESH_TRUST_BACKEND")


_MAKERS: Final[dict[str, Callable[[RegistryConfig, Mapping[str, str]], Source]]] = {
    "filestore": _filestore,
    "localca": _localca,
    "k8s-secrets": _k8s_secrets,
    "spire": _spire,
}
