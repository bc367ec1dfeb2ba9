"""What a server's schema became, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from callgate.cli.skeleton.names import Role


@dataclass
class Converted:
    """``schema`` is None where it would accept null alone; ``notes`` are for comments."""

    schema: dict[str, Any] | None
    nullable: bool = False
    notes: list[str] = field(default_factory=list)
    default: object = None

    def written(self) -> dict[str, Any]:
        """As it stands in a policy."""
        return {**(self.schema or {}), **({"nullable": True} if self.nullable else {})}


@dataclass(frozen=True)
class Place:
    """Where a schema stands: what its parameter is for, how deep, and by which references."""

    role: Role
    depth: int = 1
    following: tuple[str, ...] = ()

    def below(self, role: Role | None = None) -> Place:
        """One schema deeper."""
        return Place(self.role if role is None else role, self.depth + 1, self.following)
