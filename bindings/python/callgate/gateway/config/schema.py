"""The JSON Schema of configurations, for editors, and for the page that documents every key."""

from __future__ import annotations

from typing import Any

from callgate.gateway.config.root import GatewayConfig


def config_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of what ``load_config`` reads."""
    schema = GatewayConfig.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "callgate gateway",
    }
