"""FolderWatch: sets an event at each change below a folder, as far as the system tells."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final, TypeAlias, final

import watchfiles

_LOG: Final = logging.getLogger("callgate.trust")
# Milliseconds for which events are gathered, and without another after which they are told.
_GATHER, _STEP = 50, 10
# Seconds.
_CANCEL_AGAIN: Final = 0.1

Identity: TypeAlias = "tuple[int, int]"  # device and inode
Watch: TypeAlias = Callable[[Path], AsyncIterator[object]]


def watch_folder(path: Path) -> AsyncIterator[object]:
    """One item for each burst of changes. Raises OSError where the folder cannot be watched."""
    return watchfiles.awatch(path, watch_filter=None, debounce=_GATHER, step=_STEP, recursive=True)


@final
class FolderWatch:
    """A hint alone: its user also reads the folder at intervals. Of one event loop."""

    def __init__(self, path: Path, changed: asyncio.Event, watch: Watch = watch_folder) -> None:
        self._path = path
        self._changed = changed
        self._watch = watch
        self._task: asyncio.Task[None] | None = None
        self._identity: Identity | None = None
        self._why = ""

    @property
    def fault(self) -> str | None:
        """Why changes are not told; None: they are, or there is no folder."""
        return self._why if self._task is not None and self._task.done() else None

    async def follow(self, identity: Identity | None) -> None:
        """Watches the folder that has the path now; None: there is none.

        Where that is another one than before, or the watcher has ended, what changed in between was
        not told: the event is set.
        """
        watching = self._task is not None and not self._task.done()
        if watching and identity == self._identity:
            return
        await self.stop()
        if identity is None:
            return
        self._identity = identity
        self._task = asyncio.create_task(self._follow())
        await asyncio.sleep(0)  # to the point from which on changes are told
        if not self._task.done():
            self._changed.set()

    async def stop(self) -> None:
        """Ends it."""
        task, self._task = self._task, None
        while task is not None and not task.done():
            # watchfiles loses a cancellation that comes together with an event.
            task.cancel()
            await asyncio.wait([task], timeout=_CANCEL_AGAIN)

    async def _follow(self) -> None:
        why = "the watcher ended"
        try:
            async for _ in self._watch(self._path):
                self._changed.set()
        except Exception as error:  # of any kind: there are the readings without events
            why = getattr(error, "strerror", None) or type(error).__name__
            if why != self._why:
                _LOG.warning("%s cannot be watched: %s", self._path, why, exc_info=True)
        self._why = why
