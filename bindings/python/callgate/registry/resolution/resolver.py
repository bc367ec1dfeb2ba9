"""Resolver: the tool that serves a dependency.

The stages, each of which only takes out: capability (equal bytes), whether the tool can serve (its
own required dependencies), trust, tags, version, schema. Of what is left the best is the one with
most points for its tags, then the highest version (one that is no version last), then the smallest
agent id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from callgate.registry.resolution import schemas
from callgate.registry.resolution.catalog import Catalog, Kind
from callgate.registry.resolution.model import Dependency, Resolved
from callgate.registry.resolution.tags import wish_of
from callgate.registry.resolution.versions import satisfies

# Answers that are kept; beyond that they are forgotten all at once.
MAX_KEPT = 65_536


class _Kept(NamedTuple):
    """What was found, in which generation, and whether only other providers can change it."""

    resolved: Resolved | None
    generation: int
    settled: bool


class Resolver:
    """Finds tools in a catalog, and remembers what it found until the catalog changes.

    Owned by the catalog's thread. ``trusted`` says that an entity vouches for the consumer: such a
    one never gets the tool of an anonymous agent. Namespaces have no effect, and an agent may get
    its own tools.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._generation = catalog.generation
        self._kept: dict[tuple[Dependency, bool, bool], _Kept] = {}
        self._serves: dict[Kind, bool] = {}

    def position(self, alternatives: Iterable[Dependency], *, trusted: bool) -> Resolved | None:
        """What serves the first of the alternatives that anything serves."""
        found = (self.find(dependency, trusted=trusted) for dependency in alternatives)
        return next((one for one in found if one is not None), None)

    def find(
        self, dependency: Dependency, *, trusted: bool, for_models: bool = False
    ) -> Resolved | None:
        """The best tool for one selector, None where there is none.

        ``for_models``: of those with an input schema, which language models need.
        """
        changed = self.catalog.changed(dependency.capability)
        if changed is None:
            return None
        key = (dependency, trusted, for_models)
        kept = self._kept.get(key)
        since = kept.generation if kept else -1
        if kept is None or since < (changed if kept.settled else self.catalog.generation):
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            kept = self._kept[key] = self._best(dependency, trusted, for_models)
        return kept.resolved

    def ranked(
        self, dependency: Dependency, *, trusted: bool, without: str | None = None
    ) -> list[Resolved]:
        """Tools with an input schema that fit, best first; an empty capability is any.

        Of those that are alike down to their name, one is there. ``without`` is the id of an agent
        whose tools are left out.
        """
        kinds = (
            self.catalog.kinds(dependency.capability)
            if dependency.capability
            else self.catalog.all_kinds
        )
        fitting = [
            (member, points, kind)
            for points, kind in _fitting(kinds, dependency, trusted, self.serves)
            if kind.tool.input_schema is not None
            and (member := next((m for m in kind.members if m[0] != without), None)) is not None
        ]
        # Sorts are stable, in reverse too.
        fitting.sort(key=lambda one: one[0])
        fitting.sort(key=lambda one: (one[1], one[2].version or ()), reverse=True)
        return [self._resolved(member, dependency) for member, _, _ in fitting]

    def serves(self, kind: Kind) -> bool:
        """Whether each required dependency of a tool resolves to one that itself can serve."""
        if not kind.requires:
            return True
        if self._generation != self.catalog.generation:
            self._generation = self.catalog.generation
            self._serves.clear()
        if kind not in self._serves:
            self._judge(kind)
        return self._serves[kind]

    def _best(self, dependency: Dependency, trusted: bool, for_models: bool) -> _Kept:
        best: Kind | None = None
        best_rank: tuple[int, tuple[object, ...]] = (-1, ())
        kinds = self.catalog.kinds(dependency.capability)
        for points, kind in _fitting(kinds, dependency, trusted, self.serves):
            if for_models and kind.tool.input_schema is None:
                continue
            rank = (points, kind.version or ())
            if rank > best_rank or (best and rank == best_rank and kind.members < best.members):
                best, best_rank = kind, rank
        settled = not any(kind.requires for kind in kinds)
        resolved = self._resolved(best.members[0], dependency) if best else None
        return _Kept(resolved, self.catalog.generation, settled)

    def _resolved(self, member: tuple[str, int], dependency: Dependency) -> Resolved:
        provider = self.catalog.providers[member[0]]
        return Resolved(provider, provider.tools[member[1]], dependency)

    def _judge(self, kind: Kind) -> None:
        """Settles ``serves`` for a tool and all that it rests on.

        Begins with none and adds those whose required dependencies are met by what is there, until
        nothing is added: so a tool on a cycle serves no dependency.
        """
        reached = {kind}
        queue = [kind]
        for one in queue:
            for dependency in (d for position in one.tool.required for d in position):
                for other in self.catalog.kinds(dependency.capability):
                    if other.requires and not (other in reached or other in self._serves):
                        reached.add(other)
                        queue.append(other)
        able: set[Kind] = set()

        def serves(other: Kind) -> bool:
            return not other.requires or other in able or self._serves.get(other, False)

        pending, before = queue[::-1], -1
        while len(able) != before:
            before = len(able)
            for one in pending:
                if all(self._met(position, one, serves) for position in one.tool.required):
                    able.add(one)
            pending = [one for one in pending if one not in able]
        self._serves.update((one, one in able) for one in queue)

    def _met(
        self, position: Iterable[Dependency], kind: Kind, serves: Callable[[Kind], bool]
    ) -> bool:
        return any(
            True
            for dependency in position
            for _ in _fitting(
                self.catalog.kinds(dependency.capability), dependency, not kind.anonymous, serves
            )
        )


def _fitting(
    kinds: Iterable[Kind], dependency: Dependency, trusted: bool, serves: Callable[[Kind], bool]
) -> Iterator[tuple[int, Kind]]:
    """The kinds that a dependency takes, and their points."""
    wish = wish_of(dependency.tags)
    for kind in kinds:
        if trusted and kind.anonymous:
            continue
        points = wish.score(kind.tags)
        if (
            points is not None
            and (not dependency.version or satisfies(kind.tool.version, dependency.version))
            and schemas.fits(kind.tool, dependency)
            and serves(kind)
        ):
            yield points, kind
