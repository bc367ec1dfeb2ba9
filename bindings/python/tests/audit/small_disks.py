"""File systems that are full."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SIZE = 256 << 10


@contextlib.contextmanager
def mounted(disk: Path, size: int = SIZE) -> Iterator[Path]:
    """A file system of its own; where that may not be mounted, the test says why it did not run."""
    disk.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"size={size},mode=0700".encode()
    if libc.mount(b"tmpfs", str(disk).encode(), b"tmpfs", 0, options) != 0:
        pytest.skip(f"no tmpfs: {os.strerror(ctypes.get_errno())}")
    try:
        yield disk
    finally:
        libc.umount2(str(disk).encode(), 2)


def fill_up(disk: Path) -> Path:
    """To the last page. The file that makes room again when it is deleted."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return ballast
