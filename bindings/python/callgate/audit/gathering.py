"""Gathering: hands lines to the writer's thread many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, final

from callgate.audit.writer import Item

# Turns of the event loop without another caller after which there is none to wait for: a request
# needs two, one to be read and one to be answered.
QUIET_TURNS: Final = 2
# However busy the loop is, a caller's line waits no longer than this, in seconds, ...
LONGEST: Final = 0.005
# ... and a line that nobody waits for, no longer than this.
LINGER: Final = 0.05
# As many callers are a batch in any case.
ENOUGH: Final = 256


@final
class Gathering:
    """The lines of one event loop. To wake a thread costs more than to write a line, so what comes
    in neighbouring turns of the loop goes together, and lines that nobody waits for go with it.
    A caller that follows one that came alone is not kept waiting for others.
    """

    __slots__ = (
        "_alone",
        "_began",
        "_callers",
        "_flush",
        "_items",
        "_lingering",
        "_loop",
        "_quiet",
    )

    def __init__(
        self, loop: asyncio.AbstractEventLoop, flush: Callable[[list[Item]], object]
    ) -> None:
        self._loop = loop
        self._flush = flush
        self._items: list[Item] = []
        self._callers = 0  # whose lines are among the items
        self._quiet = 0
        self._began = 0.0
        self._alone = True
        self._lingering = False

    def add(self, item: Item) -> None:
        """Handed over soon."""
        self._items.append(item)
        if item.done is not None:
            self._quiet = -1  # the turn that follows is about this one
            self._callers += 1
            if self._callers == 1:
                self._began = self._loop.time()
                self._loop.call_soon(self._turn)
        elif not (self._callers or self._lingering):
            self._lingering = True
            self._loop.call_later(LINGER, self._linger)

    def flush(self) -> None:
        """Hands over what there is, now."""
        if self._callers:
            self._alone, self._callers = self._callers == 1, 0
        if self._items:
            items, self._items = self._items, []
            self._flush(items)

    def _turn(self) -> None:
        if not self._callers:
            return  # flushed meanwhile
        self._quiet += 1
        if (
            (self._alone and self._callers == 1)
            or self._quiet == QUIET_TURNS
            or self._callers >= ENOUGH
            or self._loop.time() - self._began >= LONGEST
        ):
            self.flush()
        else:
            self._loop.call_soon(self._turn)

    def _linger(self) -> None:
        self._lingering = False
        if not self._callers:
            self.flush()
