"""Fitting: the tools that a dependency takes by trust, tags, version and schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from callgate.registry.resolution import schemas
from callgate.registry.resolution.catalog import Catalog, Kind
from callgate.registry.resolution.model import Dependency, TooLarge, ToolRow
from callgate.registry.resolution.tags import wish_of
from callgate.registry.resolution.versions import Wanted
from callgate.registry.resolution.work import Steps

# Steps that looking for what one agent asks for may take; each is about two microseconds.
MAX_STEPS: Final = 2_000_000


def fitting(
    kinds: Iterable[Kind], dependency: Dependency, trusted: bool, steps: Steps
) -> Iterator[tuple[int, Kind] | None]:
    """The kinds that fit, and their points. None is a place to pause."""
    wish = wish_of(dependency.tags)
    version = Wanted(dependency.version)
    cost, compares = _cost(dependency), dependency.match_mode is not None
    for kind in kinds:
        compared = 0
        if not (trusted and kind.anonymous):
            points = wish.score(kind.tags)
            if points is not None and version.takes(kind.tool.version, kind.version):
                budget = schemas.Budget() if compares else None
                if budget is None or schemas.fits(kind.tool, dependency, budget):
                    yield points, kind
                compared = 0 if budget is None else budget.spent
        if steps.spend(cost + compared):
            yield None


def check_steps(tools: Iterable[ToolRow], catalog: Catalog) -> None:
    """Raises TooLarge where finding all that an agent asks for could take too long."""
    steps = most_steps(tools, catalog)
    if steps > MAX_STEPS:
        raise TooLarge(
            f"what its tools depend on takes {steps} steps to look for, at most {MAX_STEPS}"
        )


def most_steps(tools: Iterable[ToolRow], catalog: Catalog) -> int:
    """The steps of finding all that an agent with these tools asks for, at most."""
    single: set[Dependency] = set()
    filters: set[Dependency] = set()
    for tool in tools:
        single.update(one for position in tool.dependencies for one in position)
        if tool.llm_provider is not None:
            single.add(tool.llm_provider)
        if tool.llm_filter is not None:
            filters.update(tool.llm_filter.asked)
    steps = sum(_most(one, len(catalog.kinds(one.capability))) for one in (*single, *filters))
    if any(not one.capability for one in filters):
        every = catalog.kind_count
        steps += sum(_most(one, every) for one in filters if not one.capability)
    return steps


def _most(dependency: Dependency, kinds: int) -> int:
    compared = dependency.schema_length if dependency.match_mode == "subset" else 0
    return 1 + kinds * (_cost(dependency) + min(compared, schemas.MAX_STEPS))


def _cost(dependency: Dependency) -> int:
    """Steps of looking at one tool, without its schema."""
    tags = sum(1 if isinstance(tag, str) else len(tag) for tag in dependency.tags)
    return 1 + tags // 8 + len(dependency.version) // 16
