"""What an entity may be called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

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
