"""Label values that cannot grow without bound."""

from __future__ import annotations

from typing import Final, final

# For tokens that name no configured issuer: an untrusted token must not choose a label value.
UNTRUSTED: Final = "untrusted"
OTHER: Final = "other"
_LONGEST: Final = 256


@final
class BoundedLabels:
    """Gives at most ``limit`` different values, and ``other`` for all further ones.

    Not thread-safe: its owner holds a lock.
    """

    def __init__(self, limit: int) -> None:
        self._limit: Final = limit
        self._known: set[str] = set()

    def of(self, value: str | None) -> str:
        """The value itself, ``untrusted`` for None, ``other`` past the bound."""
        if value is None:
            return UNTRUSTED
        if value in self._known:
            return value
        if len(self._known) >= self._limit or not 0 < len(value) <= _LONGEST:
            return OTHER
        # A lone surrogate cannot be written as UTF-8, and would break every later scrape.
        if not value.isprintable():
            return OTHER
        self._known.add(value)
        return value
