"""Resolution: which agent's tool serves a dependency. Pure; imports the standard library only."""

from callgate.registry.resolution.answer import resolution_answer
from callgate.registry.resolution.catalog import Catalog
from callgate.registry.resolution.fitting import check_steps, most_steps
from callgate.registry.resolution.model import (
    Dependency,
    FilterMode,
    LlmFilter,
    MatchMode,
    Provider,
    Resolved,
    Schema,
    Tag,
    TooLarge,
    ToolRow,
    json_text,
)
from callgate.registry.resolution.required import cycle_message, required_cycle
from callgate.registry.resolution.resolver import Resolver
from callgate.registry.resolution.work import Steps, Turns, Work, finished

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
    "Steps",
    "Tag",
    "TooLarge",
    "ToolRow",
    "Turns",
    "Work",
    "check_steps",
    "cycle_message",
    "finished",
    "json_text",
    "most_steps",
    "required_cycle",
    "resolution_answer",
]
