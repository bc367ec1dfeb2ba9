"""The JSON Schema of the registry's configuration, for editors."""

from __future__ import annotations

from typing import Any

from callgate.registry.config.root import RegistryConfig


def config_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of what ``load_config`` reads."""
    schema = RegistryConfig.model_json_schema(mode="validation")
    title = "callgate registry"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
