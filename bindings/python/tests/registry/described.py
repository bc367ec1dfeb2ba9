"""Rows of resolution, made from what agents send and from one word each."""

from __future__ import annotations

from typing import Any

from callgate.registry.resolution import (
    Catalog,
    Dependency,
    LlmFilter,
    Provider,
    Resolver,
    ToolRow,
    finished,
)


def selector(read: Any) -> Dependency:
    """A dependency as agents write it: an object, or the name of a capability."""
    if isinstance(read, str):
        return Dependency(capability="" if read == "*" else read)
    return Dependency(
        capability=read.get("capability", ""),
        tags=tuple(tuple(tag) if isinstance(tag, list) else tag for tag in read.get("tags", ())),
        version=read.get("version", ""),
        required=read.get("required", False),
        match_mode=read.get("matchMode"),
        expected_schema=read.get("expectedSchemaCanonical"),
        expected_schema_hash=read.get("expectedSchemaHash"),
    )


def tool(read: dict[str, Any]) -> ToolRow:
    wanted = read.get("llm_filter")
    return ToolRow(
        function_name=read["function_name"],
        capability=read["capability"],
        version=read.get("version") or "1.0.0",
        tags=tuple(read.get("tags", ())),
        description=read.get("description", ""),
        dependencies=tuple(
            tuple(map(selector, position)) if isinstance(position, list) else (selector(position),)
            for position in read.get("dependencies", ())
        ),
        input_schema=read.get("inputSchema"),
        output_schema=read.get("outputSchemaCanonical"),
        output_schema_hash=read.get("outputSchemaHash"),
        kwargs=read.get("kwargs", {}),
        llm_filter=wanted
        and LlmFilter(selectors=tuple(map(selector, wanted["filter"])), mode=wanted["filter_mode"]),
        llm_provider=read.get("llm_provider") and selector(read["llm_provider"]),
    )


def provider(body: dict[str, Any], entity: str | None = None) -> Provider:
    """The agent that a heartbeat's body describes."""
    return Provider(
        agent_id=body["agent_id"],
        host=body.get("http_host", ""),
        port=body.get("http_port", 0),
        entity=entity,
        tools=tuple(map(tool, body.get("tools", ()))),
    )


def agent(agent_id: str, *capabilities: str, entity: str | None = None, **rest: Any) -> Provider:
    """An agent with a tool for each capability; ``rest`` is in all of them."""
    tools = tuple(tool({"function_name": f"f_{c}", "capability": c, **rest}) for c in capabilities)
    return Provider(agent_id=agent_id, host="127.0.0.1", port=9101, entity=entity, tools=tools)


def resolver(*agents: Provider) -> Resolver:
    catalog = Catalog()
    for one in agents:
        catalog.put(one)
    return Resolver(catalog)


def found(among: Resolver, dependency: Any, *, trusted: bool = False) -> str | None:
    """The id of the agent that serves a dependency."""
    resolved = finished(among.find(selector(dependency), trusted=trusted))
    return resolved.provider.agent_id if resolved else None
