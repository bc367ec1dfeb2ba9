"""check_room: whether a mesh may hold one more row, or a larger one."""

from __future__ import annotations

from callgate.registry.rows.bounds import Bounds
from callgate.registry.rows.directory import Directory
from callgate.registry.rows.registration import Rejected
from callgate.registry.rows.row import Row
from callgate.serving.shares import share_of


def check_room(row: Row, old: Row | None, directory: Directory, bounds: Bounds) -> None:
    """``old`` is the row that it replaces. Raises Rejected where it adds to what is full."""
    entity = row.entity
    own = old if old is not None and old.entity == entity else None
    _check(row, "agents", bounds.agents, len(directory), 1 - (old is not None))
    _check(row, "bytes", bounds.stored_bytes, directory.whole_size, row.size - _size(old))
    of = "without an entity" if entity is None else "of this entity"
    agents, size = (share_of(most, bounds.share) for most in (bounds.agents, bounds.stored_bytes))
    _check(row, f"agents {of}", agents, directory.count(entity), 1 - (own is not None))
    _check(row, f"bytes {of}", size, directory.size(entity), row.size - _size(own))


def _size(row: Row | None) -> int:
    return 0 if row is None else row.size


def _check(row: Row, what: str, most: int, held: int, more: int) -> None:
    if more > 0 and held + more > most:
        raise Rejected(row.agent_id, f"the registry is full: at most {most} {what}")
