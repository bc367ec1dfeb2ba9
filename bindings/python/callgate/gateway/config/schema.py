"""The JSON Schemas of configurations and of files of executions, for editors and for the page that
documents every key.
"""

from __future__ import annotations

from typing import Any

from callgate.gateway.config.executions import ExecutionList
from callgate.gateway.config.root import GatewayConfig


def config_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of what ``load_config`` reads."""
    return _named(GatewayConfig.model_json_schema(mode="validation"), "callgate gateway")


def executions_schema() -> dict[str, Any]:
    """The schema of the file that ``executions.file`` names."""
    return _named(ExecutionList.model_json_schema(mode="validation"), "callgate executions")


def _named(schema: dict[str, Any], title: str) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
