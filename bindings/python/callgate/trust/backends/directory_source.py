"""DirectorySource: a folder that is read when something in it changes, and every 2 s."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final, final

from callgate import CallgateError
from callgate._threads import Threads
from callgate._waits import set_within
from callgate.trust.backends.folder_watch import FolderWatch, Watch, watch_folder
from callgate.trust.backends.source import Problem, SourceState
from callgate.trust.backends.trust_directory import Reading, TrustDirectory
from callgate.trust.backends.trust_file import SETTLE

_LOG: Final = logging.getLogger("callgate.trust")
# Seconds between two readings where no event comes.
SCAN: Final = 2.0
# Readings at the start, for files that were written just before.
_FIRST_READINGS: Final = 20


@final
class DirectorySource:
    """A trust backend over one folder.

    Events only make it faster: what counts is what a reading finds, and there is one at least every
    ``scan`` seconds. A folder that is gone is looked for once more and then ``unavailable``; when
    it is there again, so is what it holds.
    """

    def __init__(
        self,
        name: str,
        directory: TrustDirectory,
        *,
        scan: float = SCAN,
        watch: Watch = watch_folder,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        """``prepare`` is called at the start, in a thread; what it raises stops the start."""
        self.name = name
        self.state = SourceState(name, detail="not started")
        self._directory = directory
        self._scan = scan
        self._prepare = prepare
        self._thread = Threads(f"trust-{name}")
        self._event = asyncio.Event()
        self._watch = FolderWatch(directory.path, self._event, watch)
        self._task: asyncio.Task[None] | None = None

    async def start(self, changed: Callable[[], None]) -> None:
        """Reads it first. A folder that is not there may come later. Raises CallgateError."""
        try:
            await self._thread.run(self._prepare)
        except OSError as error:
            message = error.strerror or "it cannot be prepared"
            where = str(error.filename or self._directory.path)
            raise CallgateError(message, "INVALID_ARGUMENT", where) from error
        reading = await self._read()
        for _ in range(_FIRST_READINGS):
            if reading.settled:
                break
            await asyncio.sleep(SETTLE)
            reading = await self._read()
        self._show(reading)
        await self._watch.follow(reading.identity)
        self._task = asyncio.create_task(self._run(reading, changed))

    async def stop(self) -> None:
        """Ends the readings and the watcher."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._watch.stop()
        self._thread.close()
        self.state = SourceState(
            self.name, revoked=self.state.revoked, detail="stopped", since=time.time()
        )

    async def _run(self, reading: Reading, changed: Callable[[], None]) -> None:
        while True:
            await self._wait(self._scan if reading.settled else SETTLE)
            was_gone = reading.gone
            reading = await self._read()
            if reading.gone and not was_gone:
                await asyncio.sleep(SETTLE)  # another may be about to take its place
                reading = await self._read()
            if self._show(reading):
                changed()
            await self._watch.follow(reading.identity)

    async def _read(self) -> Reading:
        return await self._thread.run(self._directory.read)

    async def _wait(self, seconds: float) -> None:
        await set_within(self._event, seconds)
        self._event.clear()

    def _show(self, reading: Reading) -> bool:
        """Makes it the state; whether that is another one."""
        problems = reading.problems
        if (fault := self._watch.fault) is not None:
            slow = f"its events cannot be watched ({fault}): it is read every {self._scan:g} s only"
            problems += (Problem(str(self._directory.path), slow),)
        state = SourceState(
            self.name,
            reading.entities,
            revoked=reading.revoked,
            revoked_unknown=reading.revoked_unknown,
            status="live" if reading.fault is None else "unavailable",
            detail=reading.fault,
            problems=problems,
            since=time.time(),
        )
        if state == self.state:
            return False
        self._log(state)
        if state.status == self.state.status:
            state = replace(state, since=self.state.since)
        self.state = state
        return True

    def _log(self, state: SourceState) -> None:
        if state.status == "unavailable" and state.detail != self.state.detail:
            _LOG.error("%s: nothing of it is trusted: %s", self.name, state.detail)
        elif state.status != self.state.status:
            _LOG.info("%s: %d entities", self.name, len(state.entities))
        for problem in state.problems:
            if problem not in self.state.problems:
                _LOG.warning("%s: %s: %s", self.name, problem.place, problem.message)
