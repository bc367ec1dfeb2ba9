"""Components: which nodes of a graph are on a common loop (Tarjan 1972, without recursion)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from callgate.registry.resolution.work import Steps, Work


def components(
    starts: Iterable[str], next_of: Callable[[str], Sequence[str]], steps: Steps
) -> Work[dict[str, int]]:
    """A number for each node that is reached; two have the same where each leads to the other.

    ``next_of`` says where a node leads, and the same each time. Each edge is followed once.
    """
    low: dict[str, int] = {}  # the smallest node, in order of arrival, that it leads back to
    arrived: dict[str, int] = {}
    found: dict[str, int] = {}
    open_nodes: list[str] = []
    for start in starts:
        if start in arrived:
            continue
        way: list[tuple[str, Iterator[str]]] = []
        node: str | None = start
        while True:
            if node is not None:
                arrived[node] = low[node] = len(arrived)
                open_nodes.append(node)
                way.append((node, iter(next_of(node))))
            at, rest = way[-1]
            node = next(rest, None)
            if steps.spend(1):
                yield
            if node is not None:
                if node in arrived:
                    if node not in found:
                        low[at] = min(low[at], arrived[node])
                    node = None
                continue
            way.pop()
            if low[at] == arrived[at]:
                member = None
                while member != at:
                    member = open_nodes.pop()
                    found[member] = arrived[at]
            if not way:
                break
            low[way[-1][0]] = min(low[way[-1][0]], low[at])
    return found
