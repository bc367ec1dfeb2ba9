"""Reading the registry's configuration: every fault at once, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from callgate.registry.config.environment import OWN_PREFIX, apply_mesh_variables
from callgate.registry.config.root import RegistryConfig
from callgate.settings.environment import apply_environment
from callgate.settings.load import validated_model
from callgate.settings.places import PlacedDocument, read_document


def load_config(
    path: Path | None,
    environ: Mapping[str, str],
    given: Mapping[tuple[str, ...], Any] | None = None,
) -> RegistryConfig:
    """From a YAML file, if any, under the environment, under what the command line gave.

    Relative paths of the file are looked up in its folder, others in the working directory.
    Raises ConfigError with every fault, OSError where the file cannot be read.
    """
    if path is None:
        document = PlacedDocument("environment", {})
        base = Path.cwd()
    else:
        document = read_document(path.read_bytes(), str(path))
        base = path.absolute().parent
    if not document.faults:
        apply_mesh_variables(document, environ)
        apply_environment(document, environ, OWN_PREFIX)
        for keys, value in (given or {}).items():
            document.put(keys, value, f"--{keys[-1]}")
    return validated_model(RegistryConfig, document, base, environ)
