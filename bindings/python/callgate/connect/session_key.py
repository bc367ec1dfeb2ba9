"""The key of a session that several processes may share, and which of them is the last."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from callgate.smcp import Ed25519Key

# The process that ends the session locks the file meanwhile (run.py); a start waits for it.
_WAIT_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 0.05


class SessionKey:
    """``key`` is None without a file: the client then makes one that no other process has.

    While it is open, other processes that open the same file know. A context manager; closing it
    erases the key. Not thread-safe.
    """

    def __init__(self, path: str | Path | None) -> None:
        """Raises CallgateError, whose ``where`` is the path."""
        self.key: Final = None if path is None else Ed25519Key.from_file(path)
        self._file = None if path is None else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._is_shared = self._share()

    def is_last(self) -> bool:
        """Whether no other process uses it; if so, none can start to before this one closes it."""
        if self._file is None:
            return True
        # Where the file system has no locks, others cannot be seen.
        return self._is_shared and _lock(self._file, fcntl.LOCK_EX)

    def close(self) -> None:
        """May be called more than once."""
        if self.key is not None:
            self.key.erase()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _share(self) -> bool:
        if self._file is None:
            return False
        until = time.monotonic() + _WAIT_SECONDS
        while not _lock(self._file, fcntl.LOCK_SH):
            if time.monotonic() > until:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def __enter__(self) -> SessionKey:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _lock(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
