"""UsedOnce: what may be used one time, each entry for as long as it could be used again."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Final


class UsedOnce:
    """Digests, each with the time until which it is kept. Bounded. Owned by the event loop."""

    def __init__(self, most: int) -> None:
        self._most: Final = most
        self._until: dict[str, float] = {}
        self._due: list[tuple[float, str]] = []

    def __contains__(self, digest: str) -> bool:
        return digest in self._until

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another."""
        return len(self._until) >= self._most

    def add(self, digest: str, until: float) -> None:
        """Keeps it. Again: nothing changes."""
        if digest not in self._until:
            self._until[digest] = until
            heapq.heappush(self._due, (until, digest))

    def discard(self, digest: str) -> None:
        """Forgets it."""
        self._until.pop(digest, None)

    def drop_before(self, time: float) -> None:
        """Forgets what is kept until an earlier time."""
        while self._due and self._due[0][0] < time:
            until, digest = heapq.heappop(self._due)
            if self._until.get(digest) == until:
                del self._until[digest]

    def items(self) -> Iterable[tuple[str, float]]:
        """Digests and times."""
        return self._until.items()
