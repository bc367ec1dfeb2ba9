"""Schemas: whether what a tool returns is what a dependency expects.

Schemas are in the canonical form that agents send (``outputSchemaCanonical``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callgate.registry.resolution.model import Dependency, Schema, ToolRow

# Nesting beyond this is not followed, and does not fit.
MAX_DEPTH = 64


def fits(tool: ToolRow, dependency: Dependency) -> bool:
    """Whether a tool passes the schema stage; all do where the dependency sets no ``match_mode``.

    Equal hashes pass. ``strict`` wants nothing else. ``subset`` compares the structure; a tool that
    publishes no hash passes it, one that publishes a hash without its schema does not.
    """
    if dependency.match_mode is None:
        return True
    if not tool.output_schema_hash:
        return dependency.match_mode == "subset"
    if tool.output_schema_hash == dependency.expected_schema_hash:
        return True
    if dependency.match_mode == "strict":
        return False
    if dependency.expected_schema is None:
        return True
    return tool.output_schema is not None and contains(
        tool.output_schema, dependency.expected_schema
    )


def contains(offered: Schema, expected: Schema, depth: int = 0) -> bool:
    """Whether each field that is required of ``expected`` is in ``offered`` with a type that fits.

    Other fields of ``offered`` are no obstacle, and ``integer`` is a ``number``. A schema without
    type fits any.
    """
    if depth > MAX_DEPTH:
        return False
    types, wanted = _types(offered.get("type")), _types(expected.get("type"))
    if types and not all(_has_type(types, one) for one in wanted):
        return False
    theirs, ours = _object(offered.get("properties")), _object(expected.get("properties"))
    required = expected.get("required")
    for name in required if isinstance(required, list) else ():
        if not isinstance(name, str):
            continue
        if name not in theirs:
            return False
        if not _inner(theirs[name], ours.get(name), depth):
            return False
    items = expected.get("items")
    if isinstance(items, Mapping):
        return isinstance(offered.get("items"), Mapping) and _inner(offered["items"], items, depth)
    return True


def _inner(offered: object, expected: object, depth: int) -> bool:
    if not isinstance(offered, Mapping) or not isinstance(expected, Mapping):
        return True  # nothing is said of it
    return contains(offered, expected, depth + 1)


def _has_type(types: tuple[str, ...], wanted: str) -> bool:
    return wanted in types or (wanted == "number" and "integer" in types)


def _types(declared: object) -> tuple[str, ...]:
    if isinstance(declared, str):
        return (declared,) if declared else ()
    if isinstance(declared, list):
        return tuple(one for one in declared if isinstance(one, str) and one)
    return ()


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
