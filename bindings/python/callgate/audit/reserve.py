"""Reserve: room on the disk, taken in advance, for what was ended while the disk is full."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, final

from callgate import CallgateError
from callgate.audit.canonical import canonical
from callgate.audit.durable_file import FLAGS, sync_directory
from callgate.audit.entry import Entry
from callgate.audit.errors import AuditError, JournalDamaged
from callgate.audit.hashed_line import hashed_line, read_hashed_line

# Room for the lines of some 150 sessions.
RESERVE_BYTES: Final = 64 << 10
# The kind of the line that says that more was ended than there was room for.
RESERVE_FULL: Final = "reserve_full"
# Kept free for that line.
_FULL_BYTES: Final = 256


@final
class Reserve:
    """A file of RESERVE_BYTES, 0600, that never grows: lines at its beginning, then zeros.

    Its blocks were written before, so that to write them again needs no room (on file systems that
    write in place). ``entries`` is what it holds. Not thread-safe.

    Where not all that was ended fits, it ends with a line of kind RESERVE_FULL: every session has
    to be ended at the next start.
    """

    __slots__ = ("_broken", "_fd", "_used", "entries", "path")

    def __init__(self, path: Path) -> None:
        """Opens it, or makes an empty one. Raises JournalDamaged, AuditError, OSError."""
        self.path = path
        self._broken = False
        self._used = 0
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | FLAGS, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(self._fd).st_mode):
                raise AuditError("it is not a regular file", path)
            os.fchmod(self._fd, 0o600)
            data = os.pread(self._fd, RESERVE_BYTES + 1, 0)
            if len(data) < RESERVE_BYTES and not data.strip(b"\0"):
                data = self._take_room()
            self.entries = self._read(data)
        except BaseException:
            os.close(self._fd)
            raise

    def add(self, entries: Sequence[Entry]) -> bool:
        """Returns when all of them are on the disk, or else RESERVE_FULL is: False.

        Raises OSError, and from then on until ``clear``: what the file holds is not known.
        """
        if self.is_full:
            return False
        texts = [hashed_line(_batch(entry)) for entry in entries]
        room = RESERVE_BYTES - _FULL_BYTES - self._used
        fitting, size = 0, 0
        while fitting < len(texts) and size + len(texts[fitting]) <= room:
            size += len(texts[fitting])
            fitting += 1
        written = list(entries[:fitting])
        if fitting < len(texts):
            full = Entry(RESERVE_FULL, canonical({}), entries[fitting].time)
            texts[fitting:] = [hashed_line(_batch(full))]
            written.append(full)
        data = b"".join(texts)
        self._write(data, self._used)
        self._used += len(data)
        self.entries += tuple(written)
        return fitting == len(entries)

    @property
    def is_full(self) -> bool:
        """Whether more was ended than it holds."""
        return bool(self.entries) and self.entries[-1].kind == RESERVE_FULL

    def clear(self) -> None:
        """What it holds is durable elsewhere. Raises OSError."""
        if self._used or self._broken:
            self._broken = False  # all of it is written
            self._write(bytes(RESERVE_BYTES), 0)
            self._used, self.entries = 0, ()

    def close(self) -> None:
        """What was added is on the disk already."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _take_room(self) -> bytes:
        zeros = bytes(RESERVE_BYTES)
        os.posix_fallocate(self._fd, 0, RESERVE_BYTES)
        self._write(zeros, 0)  # blocks that were only promised may need room when they are written
        sync_directory(self.path.parent)
        return zeros

    def _write(self, data: bytes, offset: int) -> None:
        if self._broken:
            raise OSError(None, "what the reserve holds is not known", str(self.path))
        self._broken = True
        rest = memoryview(data)
        while rest:
            count = os.pwrite(self._fd, rest, offset)
            rest, offset = rest[count:], offset + count
        os.fdatasync(self._fd)
        self._broken = False

    def _read(self, data: bytes) -> tuple[Entry, ...]:
        text = data.rstrip(b"\0")
        whole = text.rfind(b"\n") + 1
        if len(data) != RESERVE_BYTES or b"\0" in text:
            raise self._damaged()
        try:
            lines = text[:whole].split(b"\n")[:-1]
            entries = tuple(_entry(read_hashed_line(line)) for line in lines)
            if _is_line(text[whole:-1]):
                raise ValueError("what follows the last line is no line break")
        except (ValueError, KeyError, TypeError, CallgateError) as error:
            raise self._damaged() from error
        if whole < len(text):
            # The beginning of a line: its caller was told of no success.
            self._write(bytes(len(text) - whole), whole)
        self._used = whole
        return entries

    def _damaged(self) -> JournalDamaged:
        return JournalDamaged(
            "what was ended on a full disk is damaged: find out why; where this file is moved "
            "away, end those sessions and executions again",
            self.path,
        )


def _is_line(text: bytes) -> bool:
    try:
        read_hashed_line(text)
    except ValueError:
        return False
    return True


def _batch(entry: Entry) -> bytes:
    return b'{"fields":%b,"kind":"%b","time":"%b"}' % (
        entry.fields,
        entry.kind.encode(),
        entry.time.encode(),
    )


def _entry(batch: dict[str, Any]) -> Entry:
    return Entry(str(batch["kind"]), canonical(batch["fields"]), str(batch["time"]))
