"""Resolver: the tool that serves a dependency.

The stages, each of which only takes out: capability (equal bytes), trust, tags, version, schema,
whether the tool can serve (its own required dependencies). Of what is left the best is the one with
most points for its tags, then the highest version (one that is no version last), then the smallest
agent id.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable
from typing import Final, NamedTuple

from callgate.registry.resolution.able import judged
from callgate.registry.resolution.catalog import Catalog, Kind
from callgate.registry.resolution.fitting import fitting
from callgate.registry.resolution.model import Dependency, Resolved, TooLarge
from callgate.registry.resolution.work import Steps, Work

# Answers that are kept; beyond that they are forgotten all at once.
MAX_KEPT: Final = 65_536
# Tools that one selector of a language model may find.
MAX_FOUND: Final = 10_000


class _Kept(NamedTuple):
    """What was found, in which generation, and whether only other providers can change it."""

    resolved: Resolved | None
    generation: int
    settled: bool


class Resolver:
    """Finds tools in a catalog, and remembers what it found until the catalog changes.

    Owned by the catalog's thread. What it finds is ``Work``: where the catalog changed at a pause,
    the answer is that of some moment in between, and is not remembered. ``trusted`` says that an
    entity vouches for the consumer: such a one never gets the tool of an anonymous agent.
    Namespaces have no effect, and an agent may get its own tools.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.steps = Steps()
        self._generation = catalog.generation
        self._kept: dict[tuple[Dependency, bool, bool], _Kept] = {}
        self._serves: dict[Kind, bool] = {}

    def position(
        self, alternatives: Iterable[Dependency], *, trusted: bool
    ) -> Work[Resolved | None]:
        """What serves the first of the alternatives that anything serves."""
        for dependency in alternatives:
            found = yield from self.find(dependency, trusted=trusted)
            if found is not None:
                return found
        return None

    def find(
        self, dependency: Dependency, *, trusted: bool, for_models: bool = False
    ) -> Work[Resolved | None]:
        """The best tool for one selector, None where there is none.

        ``for_models``: of those with an input schema, which language models need.
        """
        if self.steps.spend(1):
            yield
        changed = self.catalog.changed(dependency.capability)
        if changed is None:
            return None
        key = (dependency, trusted, for_models)
        kept = self._kept.get(key)
        since = kept.generation if kept else -1
        if kept is None or since < (changed if kept.settled else self.catalog.generation):
            kept = yield from self._best(dependency, trusted, for_models)
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[key] = kept
        return kept.resolved

    def ranked(
        self, dependency: Dependency, *, trusted: bool, without: str | None = None
    ) -> Work[list[Resolved]]:
        """Tools with an input schema that fit, best first; an empty capability is any.

        Of those that are alike down to their name, one is there. ``without`` is the id of an agent
        whose tools are left out. Raises TooLarge.
        """
        kinds = (
            self.catalog.kinds(dependency.capability)
            if dependency.capability
            else self.catalog.all_kinds
        )
        judged_here: dict[Kind, bool] = {}
        found: list[tuple[tuple[str, int], int, Kind, Resolved]] = []
        for fit in fitting(tuple(kinds), dependency, trusted, self.steps):
            if fit is None:
                yield
                continue
            points, kind = fit
            if kind.tool.input_schema is None:
                continue
            if kind.requires and not (yield from self._able(kind, judged_here)):
                continue
            member = next((m for m in kind.members if m[0] != without), None)
            if member is None:
                continue
            found.append((member, points, kind, self._resolved(member, dependency)))
            if len(found) > MAX_FOUND:
                raise TooLarge(f"a filter of a language model finds more than {MAX_FOUND} tools")
        # Sorts are stable, in reverse too.
        found.sort(key=lambda one: one[0])
        found.sort(key=lambda one: (one[1], one[2].version or ()), reverse=True)
        return [resolved for _, _, _, resolved in found]

    def is_offered(self, resolved: Resolved) -> bool:
        """Whether the agent is still there, and of the same entity."""
        now = self.catalog.providers.get(resolved.provider.agent_id)
        return now is not None and now.entity == resolved.provider.entity

    def _best(self, dependency: Dependency, trusted: bool, for_models: bool) -> Work[_Kept]:
        best: Kind | None = None
        best_rank: tuple[int, tuple[object, ...]] = (-1, ())
        generation = self.catalog.generation
        judged_here: dict[Kind, bool] = {}
        kinds = tuple(self.catalog.kinds(dependency.capability))
        for fit in fitting(kinds, dependency, trusted, self.steps):
            if fit is None:
                yield
                continue
            points, kind = fit
            if (for_models and kind.tool.input_schema is None) or not kind.members:
                continue
            rank = (points, kind.version or ())
            if rank < best_rank or (best and rank == best_rank and best.members < kind.members):
                continue
            if not kind.requires or (yield from self._able(kind, judged_here)):
                best, best_rank = kind, rank
        settled = not any(kind.requires for kind in kinds)
        resolved = self._resolved(best.members[0], dependency) if best and best.members else None
        return _Kept(resolved, generation, settled)

    def _able(self, kind: Kind, here: dict[Kind, bool]) -> Work[bool]:
        """Whether a tool that requires others can serve.

        ``here``: what was judged for the same answer, which holds though the catalog changes.
        """
        generation = self.catalog.generation
        if self._generation != generation:
            self._generation = generation
            self._serves.clear()
        known = here if kind in here else self._serves
        if kind in known:
            return known[kind]
        found = yield from judged(kind, self.catalog, ChainMap(self._serves, here), self.steps)
        here.update(found)
        if generation == self.catalog.generation:
            self._serves.update(found)
        return found[kind]

    def _resolved(self, member: tuple[str, int], dependency: Dependency) -> Resolved:
        provider = self.catalog.providers[member[0]]
        return Resolved(provider, provider.tools[member[1]], dependency)
