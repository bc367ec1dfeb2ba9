"""Reading files again while the gateway runs: when they may be read, and in which order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, final

from callgate import CallgateError, PolicyError
from callgate.gateway.metrics import Metrics

_LOG: Final = logging.getLogger("callgate.gateway")

_MAX_FAULTS: Final = 10  # of a policy, in one line of the log

# Of one file: device, inode, size, and the times of its content and of its inode, nanoseconds.
# None where there is none.
Stamp: TypeAlias = "tuple[int, int, int, int, int] | None"
Stamps: TypeAlias = "dict[Path, Stamp]"
# Raises CallgateError where a file is not what it was when reading began.
Unchanged: TypeAlias = "Callable[[], None]"


@dataclass(frozen=True)
class Reloadable:
    """One thing that is made from files.

    ``apply`` reads them, asks ``unchanged`` whether they stayed as they were meanwhile, and puts
    the result in place; or raises CallgateError or OSError and leaves everything as it is. It does
    nothing where the files say the same as before.
    """

    kind: str
    files: Callable[[], Iterable[Path]]
    apply: Callable[[Unchanged], Awaitable[None]]


@final
class FileWatch:
    """Says when the files of one thing may be read again. No clock and no I/O of its own.

    A file that another was renamed over is whole at once. A file written in place could be half
    written, and half a policy is often a valid one, so it must have rested for ``settle`` seconds.
    """

    def __init__(self, stamps: Stamps, settle: float) -> None:
        self._applied = stamps
        self._last = stamps
        self._rested_since: float | None = None
        self._settle = settle

    def is_due(self, stamps: Stamps, now: float) -> bool:
        """Whether what is there now, at ``now`` of a steady clock, should be read."""
        if stamps != self._last:
            self._last = stamps
            self._rested_since = now
        if stamps == self._applied:
            self._rested_since = None
            return False
        if all(
            _whole(self._applied.get(path), stamps.get(path)) for path in self._applied | stamps
        ):
            return True
        return self._rested_since is not None and now - self._rested_since >= self._settle

    def applied(self, stamps: Stamps) -> None:
        """These were read, accepted or not: only another change is due again."""
        self._applied = self._last = stamps
        self._rested_since = None


def _whole(before: Stamp, after: Stamp) -> bool:
    """Whether the file is as it was, or was renamed over the one that was.

    A rename sets the inode's time after the last write set the content's; a file that is being
    written has both from the same write. Where the clock is too coarse to tell, it has to rest.
    """
    if before == after:
        return True
    if before is None or after is None:
        return False
    return before[:2] != after[:2] and after[4] > after[3]


def stamps_of(files: Iterable[Path]) -> Stamps:
    """What there is now; of a folder, what lies in it."""
    stamps: Stamps = {}
    for path in files:
        stamps[path] = _stamp(path)
        if path.is_dir():
            with contextlib.suppress(OSError):
                stamps.update((entry, _stamp(entry)) for entry in path.iterdir())
    return stamps


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    if path.is_dir():
        # Its times change whenever anything in it does, which the entries themselves say better.
        return (status.st_dev, status.st_ino, 0, 0, 0)
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


@final
class Reloader:
    """Keeps what is made from files up to date, one thing after the other.

    ``run`` watches until it is cancelled; ``reload_now`` reads everything again, as SIGHUP asks.
    """

    def __init__(
        self,
        things: Sequence[Reloadable],
        *,
        metrics: Metrics,
        settle_seconds: float,
        check_seconds: float,
        watch: bool = True,
    ) -> None:
        self._things = things
        self._metrics = metrics
        self._check_seconds = check_seconds
        self._watch = watch
        self._watches = [FileWatch(stamps_of(t.files()), settle_seconds) for t in things]
        self._lock = asyncio.Lock()

    async def run(self) -> None:
        """Looks at the files, every ``check_seconds``."""
        loop = asyncio.get_running_loop()
        while self._watch:
            await asyncio.sleep(self._check_seconds)
            for thing, watch in zip(self._things, self._watches, strict=True):
                stamps = stamps_of(thing.files())
                if watch.is_due(stamps, loop.time()):
                    await self._apply(thing, watch, stamps)

    async def reload_now(self) -> bool:
        """Everything, at once. False where something was refused and the old stays."""
        accepted = True
        for thing, watch in zip(self._things, self._watches, strict=True):
            accepted &= await self._apply(thing, watch, stamps_of(thing.files()))
        return accepted

    async def _apply(self, thing: Reloadable, watch: FileWatch, stamps: Stamps) -> bool:
        async with self._lock:
            error = await _attempt(thing, stamps)
            # A file that changed while it was read is looked at again when it rests.
            if stamps_of(thing.files()) == stamps:
                watch.applied(stamps)
            self._metrics.reloaded(thing.kind, accepted=error is None)
            if error is not None:
                _LOG.error(
                    "reload refused, the old one stays",
                    extra={"kind": thing.kind, "reason": error},
                )
            return error is None


async def _attempt(thing: Reloadable, stamps: Stamps) -> str | None:
    def unchanged() -> None:
        if stamps_of(thing.files()) != stamps:
            raise CallgateError("changed while it was read", "INVALID_ARGUMENT", thing.kind)

    try:
        await thing.apply(unchanged)
    except PolicyError as error:
        shown = [str(fault) for fault in error.errors[:_MAX_FAULTS]] or [str(error)]
        more = len(error.errors) - len(shown)
        return "; ".join([*shown, f"and {more} more"] if more > 0 else shown)
    except CallgateError as error:
        return str(error)
    except OSError as error:
        return f"{error.filename or thing.kind}: {error.strerror or 'cannot be read'}"
    except Exception as error:
        _LOG.exception("reload failed", exc_info=error)
        return "unforeseen error"
    return None
