"""The tools of a heartbeat, as resolution reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from callgate.registry.resolution import (
    Dependency,
    FilterMode,
    LlmFilter,
    MatchMode,
    Tag,
    ToolRow,
    json_text,
)
from callgate.registry.rows import fields
from callgate.registry.rows.fields import Invalid
from callgate.registry.rows.registration import BadBody

MAX_TAGS: Final = 64
MAX_DEPENDENCIES: Final = 64
MAX_KWARGS: Final = 8 << 10  # bytes of a tool's kwargs, which each answer repeats
MAX_SCHEMA: Final = 64 << 10  # bytes of one schema
DEFAULT_VERSION: Final = "1.0.0"


@dataclass(frozen=True, slots=True)
class ToolBounds:
    """What one agent may have; ``dependencies``: with alternatives and selectors of filters."""

    tools: int = 500
    dependencies: int = 2_000


def tools_of(members: Mapping[str, Any], bounds: ToolBounds) -> tuple[ToolRow, ...]:
    """The tools. Raises BadBody, Invalid, whose texts say which tool is meant."""
    rows = []
    left = bounds.dependencies
    for index, tool in enumerate(fields.array(members, "tools", bounds.tools)):
        if not isinstance(tool, dict):
            raise BadBody(f"Invalid JSON payload: tools[{index}] must be an object")
        try:
            rows.append(_tool(tool))
            left -= rows[-1].dependency_count
            if left < 0:
                most = bounds.dependencies
                raise Invalid(f"dependencies: at most {most} of all tools, with alternatives")
        except Invalid as error:
            raise Invalid(f"tools[{index}]: {error}") from None
    return tuple(rows)


def _tool(tool: Mapping[str, Any]) -> ToolRow:
    function_name = fields.short(tool, "function_name")
    if not function_name:
        raise Invalid("function_name: function_name is required")
    wanted = fields.mapping(tool, "llm_filter")
    provider = tool.get("llm_provider")
    row = ToolRow(
        function_name=function_name,
        capability=fields.short(tool, "capability"),
        version=fields.short(tool, "version") or DEFAULT_VERSION,
        tags=_plain_tags(tool),
        description=fields.described(tool),
        dependencies=_dependencies(tool),
        input_schema=_schema(tool, "inputSchema"),
        output_schema=_schema(tool, "outputSchemaCanonical"),
        output_schema_hash=fields.short(tool, "outputSchemaHash") or None,
        kwargs=fields.mapping(tool, "kwargs") or {},
        llm_filter=None if wanted is None else _filter(wanted),
        llm_provider=None if provider is None else _dependency(provider),
    )
    if row.kwargs_bytes > MAX_KWARGS:
        raise Invalid(f"kwargs: at most {MAX_KWARGS} bytes")
    return row


def _schema(members: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    schema = fields.mapping(members, name)
    if schema is not None and len(json_text(schema)) > MAX_SCHEMA:
        raise Invalid(f"{name}: at most {MAX_SCHEMA} bytes")
    return schema


def _plain_tags(members: Mapping[str, Any]) -> tuple[str, ...]:
    tags = fields.array(members, "tags", MAX_TAGS)
    return tuple(_tag_text(tag) for tag in tags)


def _tag_text(tag: Any) -> str:
    if not isinstance(tag, str):
        raise BadBody("Invalid JSON payload: a tag must be a string")
    return fields.short({"tag": tag}, "tag")


def _tags(members: Mapping[str, Any]) -> tuple[Tag, ...]:
    found: list[Tag] = []
    for tag in fields.array(members, "tags", MAX_TAGS):
        if isinstance(tag, list):
            if len(tag) > MAX_TAGS:
                raise Invalid(f"tags: at most {MAX_TAGS}")
            found.append(tuple(_tag_text(one) for one in tag))
        else:
            found.append(_tag_text(tag))
    return tuple(found)


def _dependencies(tool: Mapping[str, Any]) -> tuple[tuple[Dependency, ...], ...]:
    positions = []
    for position in fields.array(tool, "dependencies", MAX_DEPENDENCIES):
        alternatives = position if isinstance(position, list) else [position]
        if not 0 < len(alternatives) <= MAX_DEPENDENCIES:
            raise Invalid(f"dependencies: expected 1 to {MAX_DEPENDENCIES} alternatives")
        positions.append(tuple(_dependency(one) for one in alternatives))
    return tuple(positions)


def _dependency(value: Any) -> Dependency:
    if isinstance(value, str):
        value = {"capability": value}
    if not isinstance(value, dict):
        raise BadBody("Invalid JSON payload: a dependency must be an object or a string")
    mode = fields.short(value, "matchMode") or None
    if mode is not None and mode not in get_args(MatchMode):
        raise Invalid(f"matchMode: expected {' or '.join(get_args(MatchMode))}")
    return Dependency(
        capability=fields.short(value, "capability"),
        tags=_tags(value),
        version=fields.short(value, "version"),
        required=fields.boolean(value, "required"),
        match_mode=cast("MatchMode | None", mode),
        expected_schema=_schema(value, "expectedSchemaCanonical"),
        expected_schema_hash=fields.short(value, "expectedSchemaHash") or None,
    )


def _filter(value: Mapping[str, Any]) -> LlmFilter:
    wanted = value.get("filter")
    if wanted is None:
        wanted = []
    if not isinstance(wanted, list):
        wanted = [wanted]
    if len(wanted) > MAX_DEPENDENCIES:
        raise Invalid(f"llm_filter: at most {MAX_DEPENDENCIES} selectors")
    mode = fields.short(value, "filter_mode") or "all"
    if mode not in get_args(FilterMode):
        raise Invalid(f"filter_mode: expected one of {', '.join(get_args(FilterMode))}")
    return LlmFilter(
        selectors=tuple(_dependency(one) for one in wanted), mode=cast("FilterMode", mode)
    )
