"""Meshes at random: what is indexed and remembered gives what looking at every tool gives."""

from __future__ import annotations

import random
from typing import Any

import pytest
from callgate.registry.resolution import (
    Catalog,
    Dependency,
    Provider,
    Resolved,
    Resolver,
    ToolRow,
    finished,
)
from callgate.registry.resolution.schemas import fits
from callgate.registry.resolution.tags import wish_of
from callgate.registry.resolution.versions import satisfies, version_key
from described import provider, selector

CAPABILITIES = ["a", "b", "c", "d"]
VERSIONS = ["1.0.0", "1.2.0", "2.0.0-rc.1", "2.0.0", "latest"]
TAGS = ["x", "y", "z"]
HASHES = [None, "sha256:1", "sha256:2"]


def a_selector(rng: random.Random) -> dict[str, Any]:
    wanted: dict[str, Any] = {"capability": rng.choice(CAPABILITIES)}
    if rng.random() < 0.5:
        terms = [rng.choice(["", "+", "-"]) + rng.choice(TAGS) for _ in range(rng.randint(1, 2))]
        wanted["tags"] = [terms] if rng.random() < 0.3 else terms
    if rng.random() < 0.4:
        wanted["version"] = rng.choice([">=1.0.0", "<2", "^1", "2.0.0-rc.1", "latest"])
    if rng.random() < 0.2:
        wanted["matchMode"] = rng.choice(["strict", "subset"])
        wanted["expectedSchemaHash"] = "sha256:1"
        wanted["expectedSchemaCanonical"] = {"type": "string"}
    return wanted


def an_agent(rng: random.Random) -> Provider:
    def a_tool(number: int) -> dict[str, Any]:
        needs: list[Any] = []
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            position = {**a_selector(rng), "required": rng.random() < 0.7}
            needs.append([position, a_selector(rng)] if rng.random() < 0.2 else position)
        return {
            "function_name": f"f{number}",
            "capability": rng.choice(CAPABILITIES),
            "version": rng.choice(VERSIONS),
            "tags": rng.sample(TAGS, rng.randint(0, 3)),
            "dependencies": needs,
            "inputSchema": rng.choice([None, {"type": "object"}]),
            "outputSchemaHash": rng.choice(HASHES),
            "outputSchemaCanonical": {"type": rng.choice(["string", "integer"])},
        }

    body = {
        "agent_id": f"agent-{rng.randint(0, 9)}",
        "http_host": "10.0.0.1",
        "http_port": rng.randint(1, 9),
        "tools": [a_tool(number) for number in range(rng.randint(0, 3))],
    }
    return provider(body, rng.choice([None, "acme", "globex"]))


class LookedAt:
    """Resolution word for word: every tool is looked at, and nothing is remembered."""

    def __init__(self, catalog: Catalog) -> None:
        self.rows = [
            (one, place) for one in catalog.providers.values() for place in range(len(one.tools))
        ]
        self.able: set[tuple[str, int]] = set()
        before = -1
        while before != len(self.able):
            before = len(self.able)
            self.able |= {(one.agent_id, at) for one, at in self.rows if self.is_able(one, at)}

    def is_able(self, one: Provider, place: int) -> bool:
        trusted = one.entity is not None
        return all(
            any(self.found(wanted, trusted) for wanted in position)
            for position in one.tools[place].dependencies
            if any(wanted.required for wanted in position)
        )

    def found(self, wanted: Dependency, trusted: bool) -> list[tuple[Provider, ToolRow]]:
        fitting = []
        for one, place in self.rows:
            tool = one.tools[place]
            points = wish_of(wanted.tags).score(frozenset(tool.tags))
            if (
                tool.capability == wanted.capability
                and (one.agent_id, place) in self.able
                and not (trusted and one.entity is None)
                and points is not None
                and satisfies(tool.version, wanted.version)
                and fits(tool, wanted)
            ):
                fitting.append((points, version_key(tool.version) or (), one, place))
        fitting.sort(key=lambda row: (row[2].agent_id, row[3]))
        fitting.sort(key=lambda row: (row[0], row[1]), reverse=True)
        return [(one, one.tools[place]) for _, _, one, place in fitting]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_kept_equals_a_look_at_every_tool(seed: int) -> None:
    rng = random.Random(seed)
    catalog = Catalog()
    resolver = Resolver(catalog)
    asked = [selector(a_selector(rng)) for _ in range(12)]
    for _ in range(25):
        if rng.random() < 0.3 and len(catalog):
            catalog.remove(rng.choice(sorted(catalog.providers)))
        else:
            catalog.put(an_agent(rng))
        looked_at = LookedAt(catalog)
        for wanted in asked:
            for trusted in (False, True):
                expected = looked_at.found(wanted, trusted)
                best = finished(resolver.find(wanted, trusted=trusted))
                assert best == (Resolved(*expected[0], wanted) if expected else None)
                named = first_of_each_name(expected, without="agent-1")
                ranked = finished(resolver.ranked(wanted, trusted=trusted, without="agent-1"))
                found = [(row.provider, row.tool) for row in ranked]
                assert first_of_each_name(found) == named


def first_of_each_name(
    rows: list[tuple[Provider, ToolRow]], without: str = ""
) -> list[tuple[Provider, ToolRow]]:
    """Of the tools that language models can use."""
    found: dict[str, tuple[Provider, ToolRow]] = {}
    for one, tool in rows:
        if tool.input_schema is not None and one.agent_id != without:
            found.setdefault(tool.function_name, (one, tool))
    return list(found.values())
