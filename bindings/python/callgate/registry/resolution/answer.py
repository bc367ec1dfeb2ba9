"""The parts of a heartbeat's answer that say what was found.

The shapes are what agents of mcp-mesh 3.8 read: positions are kept by placeholders, and what is not
known is left out, as a null fails the whole heartbeat.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from callgate.registry.resolution.model import (
    Dependency,
    LlmFilter,
    Provider,
    Resolved,
    TooLarge,
    ToolRow,
)
from callgate.registry.resolution.resolver import Resolver
from callgate.registry.resolution.work import Work

Entry: TypeAlias = dict[str, Any]


# Bytes of one answer, at most; it is encoded and sent as a whole.
MAX_BYTES: Final = 4 << 20
# Of the names and texts around what tools say of themselves.
_FRAME: Final = 160


def resolution_answer(consumer: Provider, resolver: Resolver) -> Work[dict[str, Any]]:
    """``dependencies_resolved``, ``llm_tools`` and, where there are any, ``llm_providers``.

    An agent that leaves at a pause is not in it. Raises TooLarge, before any of it is built.
    """
    found = _Found(consumer, resolver)
    yield from found.look()
    providers = {
        name: _llm_provider(one) for name, one in found.models.items() if resolver.is_offered(one)
    }
    return {
        "dependencies_resolved": {
            name: [
                dependency_entry(one if one and resolver.is_offered(one) else None, asked)
                for one, asked in positions
            ]
            for name, positions in found.positions.items()
        },
        "llm_tools": {
            name: [_llm_tool(one) for one in tools if resolver.is_offered(one)]
            for name, tools in found.tools.items()
        },
        **({"llm_providers": providers} if providers else {}),
    }


class _Found:
    """What was found for an agent, by function, and how long the answer will be at most."""

    def __init__(self, consumer: Provider, resolver: Resolver) -> None:
        self.positions: dict[str, list[tuple[Resolved | None, Dependency]]] = {}
        self.tools: dict[str, list[Resolved]] = {}
        self.models: dict[str, Resolved] = {}
        self._consumer = consumer
        self._resolver = resolver
        self._trusted = consumer.entity is not None
        self._bytes = 0
        self._ranked: dict[tuple[Dependency, bool], list[Resolved]] = {}

    def look(self) -> Work[None]:
        """For every function: its positions, the tools of its filter, its language model."""
        for tool in self._consumer.tools:
            name = tool.function_name
            if tool.dependencies:
                self.positions[name] = yield from self._positions(tool)
            if tool.llm_filter is not None:
                self._add(_FRAME + 4 * len(name))
                self.tools[name] = yield from self._filtered(tool.llm_filter)
            if tool.llm_provider is not None and tool.llm_provider.capability:
                model = yield from self._resolver.find(
                    tool.llm_provider, trusted=self._trusted, for_models=True
                )
                if model is not None:
                    self._add(_length(model) + model.tool.kwargs_bytes + model.tool.model_bytes)
                    self.models[name] = model

    def _positions(self, tool: ToolRow) -> Work[list[tuple[Resolved | None, Dependency]]]:
        found = []
        for alternatives in tool.dependencies:
            one = yield from self._resolver.position(alternatives, trusted=self._trusted)
            if one is None:
                self._add(_FRAME + 6 * len(alternatives[0].capability))
            else:
                self._add(_length(one) + one.tool.kwargs_bytes)
            found.append((one, alternatives[0]))
        return found

    def _filtered(self, wanted: LlmFilter) -> Work[list[Resolved]]:
        """Tools with an input schema, one for each function name, as language models need it.

        Mode ``*`` is all tools but the consumer's own; ``best_match`` is one for each capability.
        """
        tools: dict[str, Resolved] = {}
        capabilities: set[str] = set()
        for selector in wanted.asked:
            for found in (yield from self._rank(selector, wanted.mode == "*")):
                if self._resolver.steps.spend(1):
                    yield
                tool = found.tool
                if tool.function_name in tools:
                    continue
                if wanted.mode == "best_match" and tool.capability in capabilities:
                    continue
                self._add(_length(found) + tool.model_bytes)
                tools[tool.function_name] = found
                capabilities.add(tool.capability)
        return list(tools.values())

    def _rank(self, selector: Dependency, everything: bool) -> Work[list[Resolved]]:
        """Functions often have one filter: it is asked once for an answer."""
        key = selector, everything
        if key not in self._ranked:
            without = self._consumer.agent_id if everything else None
            self._ranked[key] = yield from self._resolver.ranked(
                selector, trusted=self._trusted, without=without
            )
        return self._ranked[key]

    def _add(self, length: int) -> None:
        self._bytes += length
        if self._bytes > MAX_BYTES:
            raise TooLarge(f"what its tools depend on is an answer of more than {MAX_BYTES} bytes")


def _length(found: Resolved) -> int:
    """Of an entry without kwargs, description and schema; six bytes are the longest escape."""
    tool, provider = found.tool, found.provider
    texts = tool.capability, tool.function_name, provider.agent_id, provider.endpoint
    return _FRAME + 6 * sum(map(len, texts))


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
