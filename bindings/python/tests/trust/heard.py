"""A source under test, and what it becomes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from callgate.trust.backends.followed import Patience
from callgate.trust.backends.source import Source, SourceState

# Long enough that what must not happen in a test does not, unless the test says so.
PATIENT = Patience(first_retry=0.01, last_retry=0.05)
HASTY = Patience(first_answer=5.0, stale=0.05, first_retry=0.01, last_retry=0.05)
# Seconds, before a test that waits for something is a failure.
_LONGEST = 60.0


class Heard:
    """An asynchronous context manager around a source, started and stopped."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.states: list[SourceState] = []
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Heard:
        await self.source.start(self._note)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.source.stop()

    @property
    def now(self) -> SourceState:
        return self.source.state

    async def until(self, test: Callable[[SourceState], bool]) -> SourceState:
        """The first state, now or later, of which that is true."""

        async def wait() -> None:
            while not test(self.source.state):
                self._changed.clear()
                await self._changed.wait()

        try:
            await asyncio.wait_for(wait(), _LONGEST)
        except (asyncio.TimeoutError, TimeoutError):
            raise AssertionError(f"it stayed {self.source.state}") from None
        return self.source.state

    async def becomes(self, status: str) -> SourceState:
        return await self.until(lambda state: state.status == status)

    def _note(self) -> None:
        self.states.append(self.source.state)
        self._changed.set()


def threads_of_sources() -> set[str]:
    """Those that a source left behind, or has."""
    return {t.name for t in threading.enumerate() if t.name.startswith("callgate-")}
