"""Resolution: which agent's tool serves a dependency. Pure; imports the standard library only."""

from callgate.registry.resolution.model import (
    Dependency,
    FilterMode,
    LlmFilter,
    MatchMode,
    Provider,
    Resolved,
    Schema,
    Tag,
    ToolRow,
)

__all__ = [
    "Dependency",
    "FilterMode",
    "LlmFilter",
    "MatchMode",
    "Provider",
    "Resolved",
    "Schema",
    "Tag",
    "ToolRow",
]
