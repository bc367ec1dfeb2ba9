"""Catalog: the tools of all healthy agents, by capability."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Any

from callgate.registry.resolution.model import Provider, ToolRow, digest_of, json_text
from callgate.registry.resolution.versions import Key, version_key


@dataclass(slots=True, eq=False, kw_only=True)
class Kind:
    """Tools of one name and capability that every dependency judges alike, of any number of agents.

    A fleet of ten thousand workers is one kind, so that a dependency is judged once for all.
    """

    tool: ToolRow  # one of them
    anonymous: bool
    requires: bool
    version: Key | None
    tags: frozenset[str]
    members: list[tuple[str, int]] = field(default_factory=list)  # agent id, place among its tools


class Catalog:
    """What healthy agents offer. An agent that is not healthy, or is evicted, is not in it.

    Owned by one thread. ``generation`` grows with every change.
    """

    def __init__(self) -> None:
        self.generation = 0
        self._providers: dict[str, Provider] = {}
        self._kinds: dict[str, dict[Any, Kind]] = {}
        self._required: dict[str, Counter[str]] = {}
        self._changed: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._providers)

    def __contains__(self, agent_id: str) -> bool:
        return agent_id in self._providers

    @property
    def providers(self) -> Mapping[str, Provider]:
        """By agent id."""
        return MappingProxyType(self._providers)

    @property
    def required(self) -> Mapping[str, Counter[str]]:
        """Capability -> the capabilities that a tool of it requires, and how many tools do."""
        return MappingProxyType(self._required)

    def put(self, provider: Provider) -> bool:
        """Adds an agent, or replaces it. False where it was there just so."""
        if self._providers.get(provider.agent_id) == provider:
            return False
        self.remove(provider.agent_id)
        self.generation += 1
        self._providers[provider.agent_id] = provider
        for place, tool in enumerate(provider.tools):
            if not tool.capability:
                continue
            key = _key(tool, provider)
            kinds = self._kinds.setdefault(tool.capability, {})
            if key not in kinds:
                kinds[key] = Kind(
                    tool=tool,
                    anonymous=provider.entity is None,
                    requires=bool(tool.required),
                    version=version_key(tool.version),
                    tags=frozenset(tool.tags),
                )
            insort(kinds[key].members, (provider.agent_id, place))
            self._changed[tool.capability] = self.generation
        for capability, needed in required_edges(provider.tools):
            self._required.setdefault(capability, Counter())[needed] += 1
        return True

    def remove(self, agent_id: str) -> bool:
        """Takes an agent out. False where it was not there."""
        provider = self._providers.pop(agent_id, None)
        if provider is None:
            return False
        self.generation += 1
        for place, tool in enumerate(provider.tools):
            if tool.capability:
                self._remove_tool(provider, place)
        for capability, needed in required_edges(provider.tools):
            edges = self._required[capability]
            edges[needed] -= 1
            if not edges[needed]:
                del edges[needed]
            if not edges:
                del self._required[capability]
        return True

    def _remove_tool(self, provider: Provider, place: int) -> None:
        tool = provider.tools[place]
        kinds, key = self._kinds[tool.capability], _key(tool, provider)
        self._changed[tool.capability] = self.generation
        members = kinds[key].members
        del members[bisect_left(members, (provider.agent_id, place))]
        if not members:
            del kinds[key]
        if not kinds:
            del self._kinds[tool.capability], self._changed[tool.capability]

    def kinds(self, capability: str) -> Collection[Kind]:
        """The kinds of tools with exactly this capability."""
        return self._kinds.get(capability, {}).values()

    def changed(self, capability: str) -> int | None:
        """The generation that last changed who offers a capability, None where no agent does."""
        return self._changed.get(capability)

    @property
    def all_kinds(self) -> Iterable[Kind]:
        """The kinds of all capabilities."""
        return chain.from_iterable(kinds.values() for kinds in self._kinds.values())

    @property
    def kind_count(self) -> int:
        """How many ``all_kinds`` are."""
        return sum(map(len, self._kinds.values()))


def required_edges(tools: Iterable[ToolRow]) -> Iterable[tuple[str, str]]:
    """Which capability requires which. Where there are alternatives, another may serve: no edge."""
    for tool in tools:
        for alternatives in tool.required:
            if tool.capability and len(alternatives) == 1:
                yield tool.capability, alternatives[0].capability


def _key(tool: ToolRow, provider: Provider) -> tuple[Any, ...]:
    schema = None
    if tool.output_schema_hash and tool.output_schema is not None:
        # A hash is the agent's word, so that the schema itself is compared.
        schema = digest_of(json_text(tool.output_schema))
    anonymous = provider.entity is None
    for_models = tool.input_schema is not None
    said = tool.function_name, tool.version, tool.tags, tool.output_schema_hash
    return (*said, schema, tool.required, for_models, anonymous)
