"""Tags: whether a tool has those that a dependency asks for, and how well it fits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from callgate.registry.resolution.model import Tag

PRESENT = 5  # points for each tag that must be there
PREFERRED = 10  # points for each "+tag" that is


@dataclass(frozen=True, slots=True)
class Wish:
    """The tags of a dependency, sorted by what they ask."""

    present: tuple[str, ...]
    preferred: tuple[str, ...]
    absent: frozenset[str]  # those of groups too
    groups: tuple[tuple[frozenset[str], frozenset[str]], ...]  # plain and preferred ones of each

    def score(self, tags: frozenset[str]) -> int | None:
        """The points of a tool with these tags, None where it does not fit. Tags differ by case."""
        if not self.absent.isdisjoint(tags):
            return None
        for tag in self.present:
            if tag not in tags:
                return None
        points = PRESENT * len(self.present)
        for tag in self.preferred:
            if tag in tags:
                points += PREFERRED
        for plain, preferred in self.groups:
            if not preferred.isdisjoint(tags):
                points += PREFERRED
            elif not plain.isdisjoint(tags):
                points += PRESENT
            else:
                return None
        return points


@lru_cache(maxsize=4096)
def wish_of(wanted: tuple[Tag, ...]) -> Wish:
    """Of a group one tag must be there, and it counts as much as its best.

    "-tag" in a group refuses as outside of one, so a group of nothing else matches no tool. Empty
    tags and empty groups ask nothing.
    """
    alone = [tag for tag in wanted if isinstance(tag, str)]
    groups = [tag for tag in wanted if not isinstance(tag, str) and tag]
    everywhere = [*alone, *(tag for group in groups for tag in group)]
    return Wish(
        present=tuple(tag for tag in alone if tag and tag[0] not in "+-"),
        preferred=tuple(tag[1:] for tag in alone if len(tag) > 1 and tag[0] == "+"),
        absent=frozenset(tag[1:] for tag in everywhere if len(tag) > 1 and tag[0] == "-"),
        groups=tuple(
            (
                frozenset(tag for tag in group if tag and tag[0] not in "+-"),
                frozenset(tag[1:] for tag in group if len(tag) > 1 and tag[0] == "+"),
            )
            for group in groups
        ),
    )
