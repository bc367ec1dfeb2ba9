"""The kinds that stand for texts of a role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from callgate.cli.skeleton.names import Role


@dataclass(frozen=True)
class Kind:
    """``schema`` stands for a text; ``note`` is what a person has to do."""

    schema: Mapping[str, Any]
    note: str | None = None


Kinds: TypeAlias = Mapping[Role, Kind]
"""A role without one is any text."""

NOTHING: Final[Mapping[str, Any]] = {"type": "string", "maxLength": 0}
"""No text but the empty one."""

CLOSED: Final[Kinds] = {
    Role.PATH: Kind({"path": {"allow": []}}, "REVIEW: a path"),
    Role.URL: Kind({"url": {"allow": []}}, "REVIEW: a URL, or a URI of MCP"),
    Role.HOST: Kind({"host": {"allow": []}}, "REVIEW: a host"),
    Role.COMMAND: Kind({"command": {"allow": []}}, "REVIEW: a command"),
    Role.ARGUMENTS: Kind(NOTHING, "REVIEW: arguments of a program: give them a pattern or an enum"),
    Role.CODE: Kind(NOTHING, "REVIEW: what the server runs: give it a pattern or an enum"),
    Role.TEXT: Kind({"type": "string"}, "REVIEW: any text"),
}
"""Kinds that allow nothing yet, for a person to complete; a text that nothing bounds is told."""

RUNS_IN: Final = "REVIEW: the directory that programs run in: write one as a const"
"""Of a path that would let a call choose whose configuration a program obeys."""
