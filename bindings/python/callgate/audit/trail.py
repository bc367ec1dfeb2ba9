"""The folder of a trail: its files by the sequence of their first line."""

from __future__ import annotations

import os
import re
import stat
from io import BufferedReader
from pathlib import Path
from typing import Final

from callgate.audit.errors import AuditError

_NAME: Final = re.compile(r"audit-(\d{12})\.jsonl")
LOCK_NAME: Final = "audit.lock"


def file_path(directory: Path, first: int) -> Path:
    """Names sort as sequences do."""
    return directory / f"audit-{first:012}.jsonl"


def trail_files(directory: Path) -> list[Path]:
    """In order. Raises OSError."""
    return sorted(path for path in directory.iterdir() if _NAME.fullmatch(path.name))


def open_regular(path: Path) -> BufferedReader:
    """For reading, at once. Raises AuditError for a pipe, a device or a folder, OSError."""
    # A FIFO without a writer would be waited for.
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return os.fdopen(fd, "rb")
    os.close(fd)
    raise AuditError("it is not a regular file: what is read here is saved to one first", path)
