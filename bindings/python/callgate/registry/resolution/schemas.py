"""Schemas: whether what a tool returns is what a dependency expects.

Schemas are in the canonical form that agents send (``outputSchemaCanonical``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from callgate.registry.resolution.model import Dependency, Schema, ToolRow

# Nesting beyond this is not followed, and does not fit.
MAX_DEPTH: Final = 64
# Schemas and required names that one comparison looks at; what is beyond does not fit.
MAX_STEPS: Final = 10_000
# Types that one schema may list; JSON Schema has seven. A longer list does not fit.
MAX_TYPES: Final = 32


@dataclass(slots=True)
class Budget:
    """What one comparison may still look at."""

    left: int = MAX_STEPS

    def spend(self, steps: int) -> bool:
        """False where that is more than was left."""
        self.left -= steps
        return self.left >= 0

    @property
    def spent(self) -> int:
        """What it has looked at."""
        return MAX_STEPS - max(0, self.left)


def fits(tool: ToolRow, dependency: Dependency, budget: Budget | None = None) -> bool:
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
        tool.output_schema, dependency.expected_schema, budget
    )


def contains(offered: Schema, expected: Schema, budget: Budget | None = None) -> bool:
    """Whether each field that is required of ``expected`` is in ``offered`` with a type that fits.

    Other fields of ``offered`` are no obstacle, and ``integer`` is a ``number``. A schema without
    type fits any. What is over the budget does not fit.
    """
    return _contains(offered, expected, budget or Budget(), 0)


def _contains(offered: Schema, expected: Schema, budget: Budget, depth: int) -> bool:
    required = _list(expected.get("required"))
    if depth > MAX_DEPTH or not budget.spend(1 + len(required)):
        return False
    types, wanted = _types(offered.get("type")), _types(expected.get("type"))
    if types is None or wanted is None:
        return False
    if types and not all(_has_type(types, one) for one in wanted):
        return False
    theirs, ours = _object(offered.get("properties")), _object(expected.get("properties"))
    for name in dict.fromkeys(one for one in required if isinstance(one, str)):
        if name not in theirs:
            return False
        if not _inner(theirs[name], ours.get(name), budget, depth):
            return False
    items = expected.get("items")
    if isinstance(items, Mapping):
        theirs_too = offered.get("items")
        return isinstance(theirs_too, Mapping) and _inner(theirs_too, items, budget, depth)
    return True


def _inner(offered: object, expected: object, budget: Budget, depth: int) -> bool:
    if not isinstance(offered, Mapping) or not isinstance(expected, Mapping):
        return True  # nothing is said of it
    return _contains(offered, expected, budget, depth + 1)


def _has_type(types: frozenset[str], wanted: str) -> bool:
    return wanted in types or (wanted == "number" and "integer" in types)


def _types(declared: object) -> frozenset[str] | None:
    """None where there are too many."""
    listed = [declared] if isinstance(declared, str) else _list(declared)
    if len(listed) > MAX_TYPES:
        return None
    return frozenset(one for one in listed if isinstance(one, str) and one)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
