"""TrustStore: what all trust backends say, as one snapshot that the engine judges by."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias, final

from callgate._threads import Threads
from callgate.trust import TrustSnapshot, Verdict
from callgate.trust.backends.source import Source, SourceState
from callgate.trust.gathering import Gathering, gather, nothing

_LOG: Final = logging.getLogger("callgate.trust")

Changed: TypeAlias = Callable[[TrustSnapshot, TrustSnapshot], None]
Check: TypeAlias = Callable[[Gathering], Awaitable[None]]


@final
class TrustStore:
    """A TrustView and a Judge over sources in the order in which they are asked.

    ``snapshot``, ``generation`` and ``judge`` may be used by any thread, the rest from one event
    loop. The generation rises with what is trusted or revoked, and not with problems and details
    alone. Before ``start`` nothing is trusted.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)
        self._gathered = Gathering((), (), frozenset(), TrustSnapshot({}))
        self._subscribers: list[Changed] = []
        self._event = asyncio.Event()
        self._changing = asyncio.Lock()  # while a snapshot is made, or sources are replaced
        self._thread = Threads("trust-store")
        self._task: asyncio.Task[None] | None = None

    @property
    def snapshot(self) -> TrustSnapshot:
        """What is trusted now."""
        return self._gathered.snapshot

    @property
    def generation(self) -> int:
        """Of the snapshot; 0 before ``start``."""
        return self._gathered.snapshot.generation

    @property
    def states(self) -> tuple[SourceState, ...]:
        """Of the sources, in their order, with what is wrong between them among their problems."""
        return self._gathered.states

    def judge(self, chain: tuple[bytes, ...]) -> Verdict:
        """A chain in DER, leaf first, at this time."""
        return self.snapshot.verify(chain)

    def subscribe(self, changed: Changed) -> Callable[[], None]:
        """``changed`` gets the snapshots before and after each change, in the loop's thread.

        What is returned ends that. It must not block; what it raises is logged.
        """
        self._subscribers.append(changed)

        def end() -> None:
            with contextlib.suppress(ValueError):
                self._subscribers.remove(changed)

        return end

    async def start(self) -> None:
        """Starts the sources, at the same time, and returns once each has said what it has.

        Raises CallgateError where one can never begin; the others are stopped then.
        """
        await self._start(self._sources)
        async with self._changing:
            await self._gather()
        self._task = asyncio.create_task(self._run())

    async def replace(self, sources: Sequence[Source], check: Check) -> None:
        """Other sources, not yet started, take the place of these once each has said what it has.

        ``check`` sees what would be trusted, and raises where that must not be: that is raised, as
        is CallgateError of ``start``, and the old sources go on as before.
        """
        others = tuple(sources)
        await self._start(others)
        old = others
        try:
            async with self._changing:
                states = tuple(source.state for source in others)
                await check(await self._thread.run(gather, states, self._gathered))
                old, self._sources = self._sources, others
                await self._gather()
        finally:
            await _stop(old)

    async def stop(self) -> None:
        """Stops the sources. The last snapshot stays, for requests that are still under way."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await _stop(self._sources)
        self._thread.close()

    async def _start(self, sources: Sequence[Source]) -> None:
        starts = [asyncio.ensure_future(one.start(self._event.set)) for one in sources]
        try:
            errors = await asyncio.gather(*starts, return_exceptions=True)
        except asyncio.CancelledError:
            await asyncio.gather(*starts, return_exceptions=True)
            await _stop(sources)
            raise
        for error in errors:
            if error is not None:
                await _stop(sources)
                raise error

    async def _run(self) -> None:
        while True:
            await self._event.wait()
            self._event.clear()
            async with self._changing:
                await self._gather()

    async def _gather(self) -> None:
        states = tuple(source.state for source in self._sources)
        before = self._gathered
        # Thousands of certificates are parsed: not in the event loop.
        try:
            gathered = await self._thread.run(gather, states, before)
        except Exception:  # a defect must not leave what was trusted before
            _LOG.exception("trust cannot be gathered: nothing is trusted")
            gathered = nothing(states, before, "a defect: see the log")
        for state in gathered.states:
            for problem in state.problems:
                if all(problem not in other.problems for other in (*before.states, *states)):
                    _LOG.error("%s: %s: %s", state.name, problem.place, problem.message)
        self._gathered = gathered
        if gathered.snapshot is before.snapshot:
            return
        for changed in list(self._subscribers):
            try:
                changed(before.snapshot, gathered.snapshot)
            except Exception:  # one that fails must not keep the others from knowing
                _LOG.exception("a subscriber of trust failed")


async def _stop(sources: Sequence[Source]) -> None:
    for source in sources:
        try:
            await source.stop()
        except Exception:  # the others are to be stopped as well
            _LOG.exception("trust backend %s does not stop", source.name)
