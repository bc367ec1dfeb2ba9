"""The engine's reader of one JSON object, member by member. No verdict rests on it here."""

from __future__ import annotations

from callgate import _native


def split_object(text: bytes) -> dict[str, bytes]:
    """Key to compact value, numbers as written. Raises JsonError."""
    return _native.split_object(text, max(len(text), 1))
