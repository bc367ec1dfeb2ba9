"""CommitQueue: the lines that wait for the writer, and which of them it takes together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple, final

from callgate.audit.entry import Entry

# Turns of the event loop without another caller after which there is none to wait for: a request
# needs two, one to be read and one to be answered.
QUIET_TURNS: Final = 2
# However busy the loop is, a caller waits for others no longer than this, in seconds, ...
LONGEST: Final = 0.005
# ... and a line without a waiter, no longer than this.
LINGER: Final = 0.05
# As many callers are a batch in any case.
ENOUGH: Final = 256
# Lines of one batch: not more than a sync should have to carry, and not so many that to write them
# keeps the event loop from anything else for long.
MAX_BATCH: Final = 500


class Item(NamedTuple):
    """An entry, and who is told: with its sequence, or with None when it is not durable.

    ``keep``: it tells what has happened already, so it is written when the disk is back.
    """

    entry: Entry
    done: Callable[[int | None], None] | None = None
    keep: bool = False


@final
class CommitQueue:
    """A queue of one event loop. To have lines synced costs more than to write them, so those of
    callers that come in neighbouring turns of the loop go together, and lines without a waiter
    go with them. A caller that follows one that came alone is not kept waiting for others.

    ``wake`` is called when there is something to take.
    """

    __slots__ = ("_alone", "_callers", "_items", "_lingering", "_loop", "_wake")

    def __init__(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], object]) -> None:
        self._loop = loop
        self._wake = wake
        self._items: deque[Item] = deque()
        self._callers = 0  # whose lines are among the items
        self._alone = True
        self._lingering: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: Item) -> None:
        """At the end."""
        self._items.append(item)
        if item.done is not None:
            self._callers += 1
            self._wake()
        elif self._lingering is None:
            self._lingering = self._loop.call_later(LINGER, self._linger)

    @property
    def due(self) -> bool:
        """Whether somebody waits, or a line has waited long enough."""
        return self._callers > 0 or (self._lingering is None and bool(self._items))

    async def neighbours(self) -> None:
        """Returns when those who wait are all that come about now."""
        if not self._callers:
            return
        until = self._loop.time() + LONGEST
        seen = quiet = 0
        while quiet < QUIET_TURNS and seen < ENOUGH and self._loop.time() < until:
            await asyncio.sleep(0)
            if self._alone and self._callers == 1:
                break
            quiet = quiet + 1 if seen == self._callers else 0
            seen = self._callers
        self._alone = self._callers == 1

    def take(self, most: int = MAX_BATCH) -> list[Item]:
        """The oldest."""
        items = [self._items.popleft() for _ in range(min(len(self._items), most))]
        self._callers -= sum(item.done is not None for item in items)
        return items

    def close(self) -> None:
        """Wakes no waiter any more."""
        if self._lingering is not None:
            self._lingering.cancel()

    def _linger(self) -> None:
        self._lingering = None
        self._wake()
