"""Which capabilities of a context share tools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from callgate.cli._tool_pattern import matches
from callgate.cli.layout.nodes import Collection, Item
from callgate.cli.migrate.tree import constraints_of


class Neighbours:
    """Of capabilities by their numbers, from 0."""

    def __init__(self, listed: Sequence[Item]) -> None:
        self._patterns = [_patterns(item) for item in listed]
        self._exact: defaultdict[str, list[int]] = defaultdict(list)
        self._prefixes: list[tuple[str, int]] = []
        for number, patterns in enumerate(self._patterns):
            for pattern in patterns:
                if pattern.endswith("*"):
                    self._prefixes.append((pattern[:-1], number))
                else:
                    self._exact[pattern].append(number)

    def of(self, number: int) -> list[int]:
        """The capability and those on some tool of it, in their order."""
        found = {number}
        for pattern in self._patterns[number]:
            stem = pattern.removesuffix("*")
            found.update(
                other
                for prefix, other in self._prefixes
                if stem.startswith(prefix) or (stem != pattern and prefix.startswith(stem))
            )
            if stem == pattern:
                found.update(self._exact[stem])
            else:
                found.update(
                    other
                    for name, others in self._exact.items()
                    if name.startswith(stem)
                    for other in others
                )
        return sorted(found)


def share_tools(one: Item, other: Item) -> bool:
    """Some tool is matched by a pattern of each."""
    return any(_meet(a, b) for a in _patterns(one) for b in _patterns(other))


def _meet(one: str, other: str) -> bool:
    stems = one.removesuffix("*"), other.removesuffix("*")
    if one.endswith("*") and other.endswith("*"):
        return stems[0].startswith(stems[1]) or stems[1].startswith(stems[0])
    if one.endswith("*") or other.endswith("*"):
        pattern, name = (one, other) if one.endswith("*") else (other, one)
        return matches(pattern, name)
    return one == other


def _patterns(item: Item) -> list[str]:
    assert isinstance(item.value, Collection)
    patterns = constraints_of(item.value)["tool_pattern"]
    return [patterns] if isinstance(patterns, str) else patterns
