"""Resolution: which agent's tool serves a dependency. Pure; imports the standard library only."""

from callgate.registry.resolution.answer import resolution_answer
from callgate.registry.resolution.catalog import Catalog
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
from callgate.registry.resolution.required import cycle_message, required_cycle
from callgate.registry.resolution.resolver import Resolver

__all__ = [
    "Catalog",
    "Dependency",
    "FilterMode",
    "LlmFilter",
    "MatchMode",
    "Provider",
    "Resolved",
    "Resolver",
    "Schema",
    "Tag",
    "ToolRow",
    "cycle_message",
    "required_cycle",
    "resolution_answer",
]
