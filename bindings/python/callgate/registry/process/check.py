"""check: reads everything that a start would read, writes nothing, and starts nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from callgate import CallgateError
from callgate.registry.config import RegistryConfig
from callgate.registry.process.own_certificate import validity_warnings
from callgate.registry.process.sources import check_trust, make_sources
from callgate.registry.process.tls_auto import LocalMesh
from callgate.serving.tls.context import read_context
from callgate.trust.store import TrustStore


async def check(
    config: RegistryConfig, environ: Mapping[str, str], planned: LocalMesh | None = None
) -> dict[str, Any]:
    """What was found. The trust backends are asked once. Raises CallgateError, OSError.

    ``planned`` is the local mesh of ``--tls-auto``: what it lacks is named, and not made.
    """
    _check_state(config.state)
    makes = [] if planned is None else planned.missing()
    warnings = mode_warnings(config)
    cert, key = config.tls.cert, config.tls.key
    if config.tls.on and cert is not None and key is not None and str(cert) not in makes:
        read_context(cert, key, config.tls.minimum_version)
        warnings += validity_warnings(cert)
    found: dict[str, Any] = {
        "mode": config.tls.mode,
        "listen": f"{config.host}:{config.port}",
        "backends": {},
        "entities": [],
        "would_make": makes,
        "warnings": warnings,
    }
    if planned is not None and str(planned.root) in makes:
        return found  # localca would make its root as it is opened
    trust = TrustStore(make_sources(config, environ))
    await trust.start()
    try:
        check_trust(config, trust)
        found["entities"] = sorted({anchor.entity for anchor in trust.snapshot.anchors})
        found["backends"] = {state.name: state.status for state in trust.states}
        warnings += trust_warnings(config, trust)
        return found
    finally:
        await trust.stop()


def mode_warnings(config: RegistryConfig) -> list[str]:
    """What of the configuration has no effect in mode ``off``."""
    if config.tls.on:
        return []
    return [
        f"{name} has no effect in mode off, where every agent is anonymous: set MCP_MESH_TLS_MODE "
        "to auto or strict"
        for name, given in (("trust", config.trust.backend), ("entities", config.entities))
        if given
    ]


def trust_warnings(config: RegistryConfig, trust: TrustStore) -> list[str]:
    """What does not count in the trust backends, and settings of entities that none has."""
    entities = {anchor.entity for anchor in trust.snapshot.anchors}
    texts = [
        f"{state.name}: {problem.place}: {problem.message}"
        for state in trust.states
        for problem in state.problems
    ]
    unknown = [name for name in config.entities if name not in entities]
    return texts + [f"entities.{name}: no backend has this entity" for name in unknown]


def _check_state(folder: Path) -> None:
    """Raises CallgateError where a start could not write there."""
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        message = f"{there} is no folder: choose another state folder"
        raise CallgateError(message, "INVALID_ARGUMENT", "state")
    if not os.access(there, os.W_OK | os.X_OK):
        message = f"{there} cannot be written: change its owner, or choose another state folder"
        raise CallgateError(message, "INVALID_ARGUMENT", "state")
