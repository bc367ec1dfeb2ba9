"""Folder: files of one directory, read so that neither links nor other users can mislead."""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, final

from callgate import CallgateError

LARGEST: Final = 1 << 20  # bytes of one file
_MOST_LINKS: Final = 8  # kubelet needs two: x.pem -> ..data/x.pem, ..data -> ..2026_11_30
_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A FIFO would be waited for, a terminal would become ours.
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_WRITABLE: Final = stat.S_IWGRP | stat.S_IWOTH


class FileFault(CallgateError):
    """A file or folder that must not be read: why, and what to do. It becomes a Problem."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "INVALID_ARGUMENT")


class Content(NamedTuple):
    """A file's bytes, and what would differ if it had been written since."""

    data: bytes
    mark: tuple[int, ...]
    steady: bool  # nothing was written while it was read


@final
class Folder:
    """A context manager. The directory itself may be a link, which the operator's own path names.

    Below it, a link is followed where it stays inside, which is how kubelet swaps the files of a
    volume (``x.pem`` to ``..data/x.pem``, ``..data`` to a folder of the day). Whatever is passed on
    the way, links included, must belong to root or to this process's user, and only its owner may
    write to it. A folder where each may remove only their own files (mode 1777, as kubelet makes
    them) is taken: a file of another user in it is not.
    """

    def __init__(self, path: Path) -> None:
        """Raises FileFault, OSError."""
        self._fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            status = os.fstat(self._fd)
            _check(status, "the folder")
        except BaseException:
            os.close(self._fd)
            raise
        self.identity = (status.st_dev, status.st_ino)
        self._walks: dict[str, _Walk] = {}

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for walk in self._walks.values():
            walk.close()
        os.close(self._fd)

    def names(self, inside: str = "") -> list[str]:
        """Of the folder, or of one in it. Raises FileFault, OSError."""
        with os.scandir(self._walk(inside).here) as entries:
            return [entry.name for entry in entries]

    def folders(self) -> list[str]:
        """The folders in it, links not counted. Raises OSError."""
        with os.scandir(self._fd) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]

    def mark(self, name: str, inside: str = "") -> tuple[int, ...]:
        """What differs once the file was written, or another put in its place.

        Raises FileFault, OSError.
        """
        with _Walk(self._walk(inside)) as walk:
            return _mark(walk.file(name)[1])

    def read(self, name: str, inside: str = "") -> Content:
        """At most LARGEST bytes of a regular file. Raises FileFault, OSError."""
        with _Walk(self._walk(inside)) as walk:
            last, found = walk.file(name)
            fd = os.open(last, _FILE, dir_fd=walk.here)
            try:
                before = os.fstat(fd)
                if _mark(before) != _mark(found):
                    raise OSError(errno.ESTALE, "it was replaced while it was opened", name)
                data = _read(fd)
                after = _mark(os.fstat(fd))
            finally:
                os.close(fd)
            return Content(data, after, after == _mark(before) and len(data) == before.st_size)

    def _walk(self, inside: str) -> _Walk:
        """Into a folder of this one, once."""
        if inside not in self._walks:
            walk = _Walk(self._fd)
            try:
                walk.go(inside)
            except BaseException:
                walk.close()
                raise
            self._walks[inside] = walk
        return self._walks[inside]


def _read(fd: int) -> bytes:
    data = bytearray()
    while part := os.read(fd, LARGEST + 1 - len(data)):
        data += part
    if len(data) > LARGEST:
        raise FileFault(f"it is larger than {LARGEST} bytes")
    return bytes(data)


@final
class _Walk:
    """From a folder down, one name at a time, never above the first."""

    def __init__(self, start: int | _Walk) -> None:
        # Of another walk, its folders, which stay its own.
        self._passed: list[int] = [start] if isinstance(start, int) else list(start._passed)
        self._theirs = len(self._passed)

    def __enter__(self) -> _Walk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for fd in self._passed[self._theirs :]:
            os.close(fd)
        del self._passed[self._theirs :]

    @property
    def here(self) -> int:
        return self._passed[-1]

    def go(self, path: str) -> None:
        """Into a folder."""
        if self._last(path) is not None:
            raise FileFault("it is not a folder")

    def file(self, path: str) -> tuple[str, os.stat_result]:
        """To the folder of a regular file: its name there, and what it is."""
        found = self._last(path)
        if found is None or not stat.S_ISREG(found[1].st_mode):
            raise FileFault("it is not a regular file")
        if found[1].st_size > LARGEST:
            raise FileFault(f"it is larger than {LARGEST} bytes")
        return found

    def _last(self, path: str) -> tuple[str, os.stat_result] | None:
        """What the path ends in, links followed; None: a folder, which this is in now."""
        rest = deque(path.split("/"))
        links = 0
        while rest:
            name = rest.popleft()
            if name in ("", "."):
                continue
            if name == "..":
                self._up()
                continue
            status = os.stat(name, dir_fd=self.here, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                _check_owner(status, "the link")
                links += 1
                target = os.readlink(name, dir_fd=self.here)
                if target.startswith("/") or links > _MOST_LINKS:
                    raise FileFault("it is a link that leads out of the folder, or in a circle")
                rest.extendleft(reversed(target.split("/")))
            elif stat.S_ISDIR(status.st_mode):
                self._passed.append(os.open(name, _DIRECTORY, dir_fd=self.here))
                _check(os.fstat(self.here), "its folder")
            elif rest:
                raise FileFault("its path goes through a file")
            else:
                _check(status, "it")
                return name, status
        return None

    def _up(self) -> None:
        if len(self._passed) == 1:
            raise FileFault("it is a link that leads out of the folder, or in a circle")
        fd = self._passed.pop()
        if len(self._passed) < self._theirs:
            self._theirs = len(self._passed)
        else:
            os.close(fd)


def _check(status: os.stat_result, what: str) -> None:
    _check_owner(status, what)
    sticky = stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
    if status.st_mode & _WRITABLE and not sticky:
        raise FileFault(f"others than its owner may write to {what}: chmod go-w")


def _check_owner(status: os.stat_result, what: str) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise FileFault(
            f"{what} belongs to user {status.st_uid}: it must be root's, or of the user that runs "
            "this process"
        )


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
