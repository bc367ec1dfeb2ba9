"""``callgate schema``: the JSON Schema of what callgate reads, for editors and checks."""

from __future__ import annotations

import argparse
import json
from importlib import resources
from typing import Any

from callgate.cli._command import Outcome, Verbs, add_command
from callgate.cli._extra import needs_extra


def add(verbs: Verbs) -> None:
    """The parser."""
    parser = add_command(verbs, "schema", run, "Print the JSON Schema of a sort of document")
    parser.add_argument(
        "document", choices=("policy", "suite", "executions", "gateway", "registry")
    )


def run(arguments: argparse.Namespace) -> Outcome:
    """0 always."""
    schema = _schema(arguments.document)
    return Outcome(True, schema, json.dumps(schema, indent=2, ensure_ascii=False).splitlines())


def _schema(document: str) -> Any:
    if document in ("policy", "suite"):
        file = resources.files("callgate.cli") / "schemas" / f"{document}.schema.json"
        return json.loads(file.read_bytes())
    if document == "registry":
        with needs_extra("registry"):
            from callgate.registry import config as of_registry
        return of_registry.config_schema()
    with needs_extra("gateway"):
        from callgate.gateway import config
    return config.executions_schema() if document == "executions" else config.config_schema()
