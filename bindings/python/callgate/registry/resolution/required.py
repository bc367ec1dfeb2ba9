"""Required dependencies: an agent that would close a cycle of them is refused.

No tool on such a cycle could ever serve. Cycles are those of capability names, whatever tags and
versions say: a refusal that names the loop is better than a tool that stays out of resolution.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

from callgate.registry.resolution.catalog import Catalog, required_edges
from callgate.registry.resolution.components import components
from callgate.registry.resolution.model import Provider
from callgate.registry.resolution.work import Steps, Work

_Needs: TypeAlias = Callable[[str], Sequence[str]]


def required_cycle(
    catalog: Catalog, provider: Provider, steps: Steps
) -> Work[tuple[str, ...] | None]:
    """The capabilities on a cycle that registering this agent would close, first one last again.

    What the catalog has of the agent does not count, as it would be replaced. Each capability that
    is reached, and each of its edges, is looked at once, and once more to name the cycle.
    """
    added: dict[str, Counter[str]] = {}
    for capability, needed in required_edges(provider.tools):
        added.setdefault(capability, Counter())[needed] += 1
    if not added:
        return None
    before: dict[str, Counter[str]] = {}
    registered = catalog.providers.get(provider.agent_id)
    for capability, needed in required_edges(registered.tools if registered else ()):
        before.setdefault(capability, Counter())[needed] += 1
    edges: dict[str, tuple[str, ...]] = {}  # those looked at so far

    def needs(capability: str) -> tuple[str, ...]:
        if capability not in edges:
            others = catalog.required.get(capability, Counter()) - before.get(capability, Counter())
            edges[capability] = tuple(sorted({*others, *added.get(capability, ())}))
        return edges[capability]

    loops = yield from components(sorted(added), needs, steps)
    for capability in sorted(added):
        for needed in sorted(added[capability]):
            if loops[capability] == loops[needed]:
                path = yield from _path(needed, capability, needs, steps)
                return _from_smallest(path)
    return None


def cycle_message(cycle: tuple[str, ...]) -> str:
    """As agents are told, in an answer whose ``status`` is ``error``."""
    return f"required dependency cycle: {' → '.join(cycle)}"


def _path(start: str, goal: str, needs: _Needs, steps: Steps) -> Work[list[str]]:
    """From one capability to another along required edges: one of the shortest ways."""
    came_from: dict[str, str | None] = {start: None}
    queue = [start]
    for capability in queue:
        if capability == goal:
            break
        if steps.spend(1 + len(needs(capability))):
            yield
        for needed in needs(capability):
            if needed not in came_from:
                came_from[needed] = capability
                queue.append(needed)
    path, at = [goal], came_from[goal]
    while at is not None:
        path.append(at)
        at = came_from[at]
    return path[::-1]


def _from_smallest(path: list[str]) -> tuple[str, ...]:
    at = path.index(min(path))
    return (*path[at:], *path[:at], path[at])
