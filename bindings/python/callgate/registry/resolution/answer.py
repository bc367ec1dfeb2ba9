"""The parts of a heartbeat's answer that say what was found.

The shapes are what agents of mcp-mesh 3.8 read: positions are kept by placeholders, and what is not
known is left out, as a null fails the whole heartbeat.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from callgate.registry.resolution.model import Dependency, LlmFilter, Provider, Resolved
from callgate.registry.resolution.resolver import Resolver

Entry: TypeAlias = dict[str, Any]


def resolution_answer(consumer: Provider, resolver: Resolver) -> dict[str, Any]:
    """``dependencies_resolved``, ``llm_tools`` and, where there are any, ``llm_providers``."""
    providers = llm_providers(consumer, resolver)
    return {
        "dependencies_resolved": dependencies_resolved(consumer, resolver),
        "llm_tools": llm_tools(consumer, resolver),
        **({"llm_providers": providers} if providers else {}),
    }


def dependencies_resolved(consumer: Provider, resolver: Resolver) -> dict[str, list[Entry]]:
    """For each function with dependencies, an entry at each of their positions."""
    return {
        tool.function_name: [
            dependency_entry(
                resolver.position(alternatives, trusted=consumer.entity is not None),
                alternatives[0],
            )
            for alternatives in tool.dependencies
        ]
        for tool in consumer.tools
        if tool.dependencies
    }


def dependency_entry(found: Resolved | None, dependency: Dependency) -> Entry:
    """What was found for a position; else what only keeps it, which no agent binds."""
    if found is None:
        return {
            "agent_id": "",
            "capability": dependency.capability,
            "endpoint": "",
            "function_name": "",
            "status": "unresolved",
        }
    return {
        "agent_id": found.provider.agent_id,
        "capability": found.tool.capability,
        "endpoint": found.provider.endpoint,
        "function_name": found.tool.function_name,
        "status": "available",
        **({"kwargs": dict(found.tool.kwargs)} if found.tool.kwargs else {}),
    }


def llm_tools(consumer: Provider, resolver: Resolver) -> dict[str, list[Entry]]:
    """For each function with a filter, the tools that its language model may use, if any."""
    return {
        tool.function_name: [
            _llm_tool(one) for one in _filtered(consumer, tool.llm_filter, resolver)
        ]
        for tool in consumer.tools
        if tool.llm_filter is not None
    }


def llm_providers(consumer: Provider, resolver: Resolver) -> dict[str, Entry]:
    """For each function that asks for a language model, the agent that has one; absent without."""
    trusted = consumer.entity is not None
    providers = {}
    for tool in consumer.tools:
        if tool.llm_provider is not None and tool.llm_provider.capability:
            found = resolver.find(tool.llm_provider, trusted=trusted, for_models=True)
            if found is not None:
                providers[tool.function_name] = _llm_provider(found)
    return providers


def _filtered(consumer: Provider, wanted: LlmFilter, resolver: Resolver) -> list[Resolved]:
    """Tools with an input schema, one for each function name, as language models need it.

    Mode ``*`` is all tools but the consumer's own; ``best_match`` is one for each capability.
    """
    trusted = consumer.entity is not None
    everything = wanted.mode == "*"
    selectors = (Dependency(capability=""),) if everything else wanted.selectors
    without = consumer.agent_id if everything else None
    tools: dict[str, Resolved] = {}
    capabilities: set[str] = set()
    for selector in selectors:
        for found in resolver.ranked(selector, trusted=trusted, without=without):
            tool = found.tool
            if tool.function_name in tools:
                continue
            if wanted.mode == "best_match" and tool.capability in capabilities:
                continue
            tools[tool.function_name] = found
            capabilities.add(tool.capability)
    return list(tools.values())


def _llm_tool(found: Resolved) -> Entry:
    tool = found.tool
    return {
        "name": tool.function_name,
        "capability": tool.capability,
        "endpoint": found.provider.endpoint,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "tags": list(tool.tags),
        "version": tool.version,
    }


def _llm_provider(found: Resolved) -> Entry:
    tool = found.tool
    vendor = tool.kwargs.get("vendor")
    return {
        "agent_id": found.provider.agent_id,
        "endpoint": found.provider.endpoint,
        "name": tool.function_name,
        "capability": tool.capability,
        "status": "available",
        "vendor": vendor if isinstance(vendor, str) else "unknown",
        "version": tool.version,
        "tags": list(tool.tags),
        **({"kwargs": dict(tool.kwargs)} if tool.kwargs else {}),
    }
