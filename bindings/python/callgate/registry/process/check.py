"""check: reads everything that a start would read, and starts nothing that lasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callgate.registry.config import RegistryConfig
from callgate.registry.process.sources import check_trust, make_sources
from callgate.serving.tls.context import read_context
from callgate.trust.store import TrustStore


async def check(config: RegistryConfig, environ: Mapping[str, str]) -> dict[str, Any]:
    """What was found. The trust backends are asked once. Raises CallgateError, OSError."""
    if config.tls.cert is not None and config.tls.key is not None and config.tls.on:
        read_context(config.tls.cert, config.tls.key, config.tls.minimum_version)
    trust = TrustStore(make_sources(config, environ))
    await trust.start()
    try:
        check_trust(config, trust)
        entities = sorted({anchor.entity for anchor in trust.snapshot.anchors})
        problems = [
            f"{state.name}: {problem.place}: {problem.message}"
            for state in trust.states
            for problem in state.problems
        ]
        unknown = [name for name in config.entities if name not in entities]
        problems += [f"entities.{name}: no backend has this entity" for name in unknown]
        return {
            "mode": config.tls.mode,
            "listen": f"{config.host}:{config.port}",
            "backends": {state.name: state.status for state in trust.states},
            "entities": entities,
            "warnings": problems,
        }
    finally:
        await trust.stop()
