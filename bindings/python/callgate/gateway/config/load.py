"""Reading the gateway's configuration: every fault at once, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from callgate.gateway.config.root import GatewayConfig
from callgate.settings.environment import apply_environment
from callgate.settings.load import validated_model
from callgate.settings.places import read_document

# Longer than CALLGATE_: container orchestrators set CALLGATE_PORT and the like by themselves for a
# service of that name.
PREFIX: Final = "CALLGATE_CONFIG__"


def load_config(path: Path, environ: Mapping[str, str]) -> GatewayConfig:
    """The configuration in a YAML file, with the environment's overrides.

    Raises ConfigError with every fault, OSError where the file cannot be read.
    """
    return parse_config(path.read_bytes(), str(path), path.absolute().parent, environ)


def parse_config(
    text: bytes, filename: str, base: Path, environ: Mapping[str, str]
) -> GatewayConfig:
    """The same for a text; relative paths in it are looked up in ``base``."""
    document = read_document(text, filename)
    if not document.faults:
        apply_environment(document, environ, PREFIX)
    return validated_model(GatewayConfig, document, base, environ)
