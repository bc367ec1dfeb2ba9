"""What an entity may be called, and what of two that clash is told."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import Final, TypeVar

_Holder = TypeVar("_Holder", bound=Hashable)
LONGEST: Final = 255
_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]*")


def name_fault(name: str) -> str | None:
    """What is wrong with the name of an entity; None: nothing. It is no path, whatever it holds."""
    if not name:
        return "entity name cannot be empty"
    if len(name) > LONGEST:
        return f"entity name too long (max {LONGEST} characters)"
    if _NAME.fullmatch(name) is None:
        return (
            "entity name must contain only alphanumeric characters, hyphens, and underscores "
            "(and start with alphanumeric)"
        )
    return None


def twins(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The names that differ from another one in case alone, each with all of its kind, sorted."""
    kinds = defaultdict(set)
    for name in names:
        kinds[name.lower()].add(name)
    return {name: tuple(sorted(kind)) for kind in kinds.values() if len(kind) > 1 for name in kind}


def sharing(held: Iterable[tuple[_Holder, Hashable]]) -> dict[_Holder, set[_Holder]]:
    """Of holders and what they hold: who has something that others have, each with those others."""
    holders: dict[Hashable, set[_Holder]] = defaultdict(set)
    for holder, thing in held:
        holders[thing].add(holder)
    found: dict[_Holder, set[_Holder]] = defaultdict(set)
    for several in holders.values():
        for one in several if len(several) > 1 else ():
            found[one] |= several - {one}
    return dict(found)
