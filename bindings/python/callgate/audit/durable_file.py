"""DurableFile: appended to, and known to be on the disk up to one length."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import TypeAlias, final

from callgate._native import durable_append
from callgate.audit.errors import AuditError, AuditInUse

# Other programs must not choose such a name.
FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW


@final
class DurableFile:
    """One file, 0600, that only grows. ``size`` bytes of it are durable. Not thread-safe.

    An append that fails is cut off again. Where that is impossible, and after a failed sync (the
    kernel may then have dropped the bytes and forgotten so), the file is ``broken`` for good: what
    it holds is only known when it has been read again.
    """

    __slots__ = ("_fd", "_name", "broken", "path", "size")

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes an empty one. Raises OSError, AuditError."""
        self.path = path
        self._name = os.fsencode(path)
        made = not path.exists()
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | FLAGS, 0o600)
        try:
            status = os.fstat(self._fd)
            if not stat.S_ISREG(status.st_mode):
                raise AuditError("it is not a regular file", path)
            os.fchmod(self._fd, 0o600)
            if made:
                sync_directory(path.parent)
        except BaseException:
            os.close(self._fd)
            raise
        self.size = status.st_size
        self.broken = False

    def append(self, data: bytes) -> None:
        """Returns when the bytes are on the disk. Raises OSError, and then none of them counts."""
        _, error = append_in_order((self, data))
        if error is not None:
            raise error

    def _appended(self, size: int, state: str, error: int) -> OSError | None:
        """What an append of ``size`` bytes came to."""
        if state == "durable":
            self.size += size
            return None
        if state == "changed":
            self.broken = True  # somebody else writes, cuts, renames or deletes
            return self._changed()
        if state == "unwritten":
            self._cut_back()
        else:
            self.broken = True
        return OSError(error, os.strerror(error), str(self.path))

    def read(self) -> bytes:
        """What is durable."""
        parts, offset = [], 0
        while offset < self.size:
            parts.append(os.pread(self._fd, min(self.size - offset, 1 << 20), offset))
            if not parts[-1]:
                raise OSError(None, "the file became shorter", str(self.path))
            offset += len(parts[-1])
        return b"".join(parts)

    def cut(self, size: int) -> None:
        """Forgets what is beyond ``size``. Raises OSError."""
        os.ftruncate(self._fd, size)
        os.fsync(self._fd)
        self.size = size

    def close(self) -> None:
        """The bytes are on the disk already."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _changed(self) -> OSError:
        return OSError(None, "the file is not as it was left", str(self.path))

    def _cut_back(self) -> None:
        try:
            self.cut(self.size)
        except OSError:
            self.broken = True


# A file, and what is to be at its end.
Append: TypeAlias = tuple[DurableFile, bytes]
# A state, as ``durable_append`` has it, and errno.
Appended: TypeAlias = tuple[str, int]


def append_in_order(*appends: Append) -> tuple[int, OSError | None]:
    """Appends to each file once what was appended to the one before is on the disk.

    How many are durable, and what stopped the next, of which nothing counts.
    """
    return settle(appends, durable_append(*append_arguments(appends)))


def append_arguments(appends: Sequence[Append]) -> list[tuple[int, bytes, int, bytes]]:
    """What the engine is asked for: nothing from the first file on that is broken."""
    usable = takewhile(lambda append: not append[0].broken, appends)
    return [(file._fd, file._name, file.size, data) for file, data in usable]


def settle(appends: Sequence[Append], results: Sequence[Appended]) -> tuple[int, OSError | None]:
    """What the engine made of them, as ``append_in_order`` has it. The files know it then."""
    for count, ((file, data), result) in enumerate(zip(appends, results, strict=False)):
        error = file._appended(len(data), *result)
        if error is not None:
            return count, error
    if len(results) < len(appends):
        return len(results), appends[len(results)][0]._changed()
    return len(appends), None


def sync_directory(path: Path) -> None:
    """Makes names durable: a new file is only there when its folder says so on the disk."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def replace_file(path: Path, data: bytes) -> None:
    """The file is the old one or the new one, whenever the power fails. Raises OSError."""
    temporary = path.with_name(path.name + ".new")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | FLAGS, 0o600)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(fd, rest) :]
            os.fsync(fd)
        finally:
            os.close(fd)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


@final
class Lock:
    """Held by one process at a time, on a file of its own, and ended by its death."""

    __slots__ = ("_fd",)

    def __init__(self, path: Path) -> None:
        """Raises AuditInUse, OSError."""
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | FLAGS, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._fd)
            raise AuditInUse("another process writes here", path) from error

    def close(self) -> None:
        """Lets the next one in."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
