"""The engine's reader of one JSON object, member by member."""

from __future__ import annotations

from callgate import _native


def split_object(text: bytes, max_bytes: int) -> dict[str, bytes]:
    """Key to compact value, numbers as written. Raises JsonError, also for more than max_bytes."""
    members: dict[str, bytes] = _native.split_object(text, max_bytes)  # type: ignore[attr-defined]
    return members
