"""The engine's reader of one JSON object, member by member. No verdict rests on it here."""

from __future__ import annotations

from callgate import _native


def split_object(text: bytes) -> dict[str, bytes]:
    """Key to compact value, numbers as written. Raises JsonError."""
    members: dict[str, bytes] = _native.split_object(  # type: ignore[attr-defined]
        text, max(len(text), 1)
    )
    return members
