"""Work that may be long, done in slices, so that the event loop answers others in between.

A ``Work`` is a generator: it yields wherever it may pause, and returns what it found. The catalog
may change at each pause.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Final, TypeAlias, TypeVar, final

T = TypeVar("T")
Work: TypeAlias = Generator[None, None, T]

# Steps between two pauses. A step is about two microseconds.
SLICE: Final = 1_000


@final
class Steps:
    """Counts the steps of work, and says when to pause. Not thread-safe."""

    def __init__(self) -> None:
        self.total = 0
        self._paused_at = 0

    def spend(self, steps: int) -> bool:
        """Counts steps. True where a slice is over: the caller yields."""
        self.total += steps
        if self.total - self._paused_at < SLICE:
            return False
        self._paused_at = self.total
        return True


@final
class Turns:
    """Runs work on one event loop, at most one slice in each turn of the loop.

    Of several under way, each has a slice in turn. Work of one slice that waits for no other is
    done without a pause.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def run(self, work: Work[T]) -> T:
        """What the work returns. Raises what it raises."""
        while True:
            async with self._lock:
                try:
                    next(work)
                except StopIteration as done:
                    found: T = done.value
                    return found
            await asyncio.sleep(0)


def finished(work: Work[T]) -> T:
    """What the work returns, without pauses."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: T = done.value
            return found
