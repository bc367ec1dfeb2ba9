"""RetryBuffer: lines that tell what has happened already, while the disk fails."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple, final

from callgate.audit.entry import Entry

# Lines, and their bytes.
MAX_HELD: Final = 10_000
MAX_HELD_BYTES: Final = 32 << 20


class Counts(NamedTuple):
    """Counts of lines that are not kept: no room for them, or refused."""

    lost: int
    refused: int


@final
class RetryBuffer:
    """Bounded, whatever callers do while the disk fails. One event loop uses it."""

    __slots__ = ("_bytes", "_entries", "_lost", "_refused")

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._bytes = self._lost = self._refused = 0

    def __len__(self) -> int:
        return len(self._entries)

    def refuse(self) -> None:
        """Counts a line that is not to be written: what it is about does not happen."""
        self._refused += 1

    def hold(self, entry: Entry) -> None:
        """A line that is to be written when the disk is back."""
        size = len(entry.fields)
        if len(self._entries) >= MAX_HELD or self._bytes + size > MAX_HELD_BYTES:
            self._lost += 1
            return
        self._entries.append(entry)
        self._bytes += size

    def held(self) -> tuple[list[Entry], Counts]:
        """What is held now, oldest first."""
        return list(self._entries), Counts(self._lost, self._refused)

    def written(self, entries: int, counts: Counts) -> None:
        """What ``held`` gave is on the disk; what came since is not."""
        for _ in range(entries):
            self._bytes -= len(self._entries.popleft().fields)
        self._lost -= counts.lost
        self._refused -= counts.refused

    def release(self) -> list[Entry]:
        """What is held, which from then on goes the way of all others."""
        entries = list(self._entries)
        self._entries.clear()
        self._bytes = 0
        return entries
