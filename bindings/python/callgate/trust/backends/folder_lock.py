"""One process at a time changes a trust directory."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_NAME: Final = ".lock"


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Waits for the others, which need fractions of a second. Ended by death. Raises OSError.

    Readers need no lock: whatever is written is renamed into place.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    fd = os.open(directory / _NAME, flags, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
