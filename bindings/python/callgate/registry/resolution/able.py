"""Able: which tools can serve, as what they require is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from callgate.registry.resolution.catalog import Catalog, Kind
from callgate.registry.resolution.fitting import fitting
from callgate.registry.resolution.model import Dependency
from callgate.registry.resolution.work import Steps, Work

# Steps of one judgement; a tool that was not looked at within them serves no dependency.
MAX_STEPS: Final = 2_000_000
# Tools that could meet a required position and themselves require something.
MAX_RESTS: Final = 500_000


@dataclass(slots=True, eq=False)
class _Position:
    """A required position that is not met yet."""

    kind: Kind
    met: bool = False


def judged(
    kind: Kind, catalog: Catalog, known: Mapping[Kind, bool], steps: Steps
) -> Work[dict[Kind, bool]]:
    """Whether a tool, and each that it may rest on, can serve. ``known``: what was judged before.

    Looks once at each tool and each of its required positions. Begins with the tools whose
    positions are met by tools that require nothing, and goes on to those that rest on these: so a
    tool on a cycle serves no dependency. What is over a bound is not met.
    """
    own = Steps()  # what others do meanwhile does not count
    reached, queue = {kind}, [kind]
    unmet: dict[Kind, int] = {}
    resting: dict[Kind, list[_Position]] = {}  # on a tool
    rests = 0
    for one in queue:
        if own.total > MAX_STEPS:
            break
        unmet[one] = 0
        for required in one.tool.required:
            others = yield from _candidates(required, one, catalog, known, own)
            if others is None:
                continue
            unmet[one] += 1
            position = _Position(one)
            rests += len(others)
            if rests > MAX_RESTS:
                continue
            for other in others:
                resting.setdefault(other, []).append(position)
                if other not in reached:
                    reached.add(other)
                    queue.append(other)
    able = [one for one, count in unmet.items() if not count]
    for one in able:
        for position in resting.get(one, ()):
            if own.spend(1):
                yield
            if not position.met:
                position.met = True
                unmet[position.kind] -= 1
                if not unmet[position.kind]:
                    able.append(position.kind)
    if steps.spend(own.total):
        yield
    serving = set(able)
    return {one: one in serving for one in queue}


def _candidates(
    position: tuple[Dependency, ...],
    kind: Kind,
    catalog: Catalog,
    known: Mapping[Kind, bool],
    steps: Steps,
) -> Work[list[Kind] | None]:
    """The tools that could meet a position once they serve; None where one serves already."""
    found: list[Kind] = []
    for dependency in position:
        kinds = tuple(catalog.kinds(dependency.capability))
        for fit in fitting(kinds, dependency, not kind.anonymous, steps):
            if fit is None:
                yield
                if steps.total > MAX_STEPS:
                    return []
                continue
            other = fit[1]
            if not other.requires or known.get(other):
                return None
            if other not in known and len(found) <= MAX_RESTS:
                found.append(other)
    return found
