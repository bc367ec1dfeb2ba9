"""ChainWriter: appends batches of lines, seals them, and goes on in new files."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, final

from callgate import SecretKey
from callgate.audit.canonical import canonical
from callgate.audit.chain import FORMAT, line_hash, time_text, write_line
from callgate.audit.durable_file import DurableFile
from callgate.audit.entry import Entry
from callgate.audit.head import Head, sign_head, sign_statement
from callgate.audit.position import Position
from callgate.audit.trail import file_path

# When a checkpoint follows what is appended.
Seal: TypeAlias = Literal["due", "now", "never"]


@dataclass(frozen=True, slots=True)
class Sealing:
    """When a checkpoint is due, and when a new file. Seconds and bytes."""

    checkpoint_lines: int = 1000
    checkpoint_seconds: float = 10
    rotate_bytes: int = 256 << 20
    rotate_seconds: float = 86400


class Lines(NamedTuple):
    """Lines that are not on the disk yet, and where the chain stands with the last of them."""

    file: DurableFile
    data: bytes
    entries: Sequence[Entry]
    sequences: list[int]  # of the entries; a checkpoint may follow
    sequence: int
    hash: str
    unsealed: int


@final
class ChainWriter:
    """A batch is durable as a whole when ``append`` returns; when it raises OSError none of it is
    in the chain, and ``broken`` says whether it may be tried again. One thread at a time uses it,
    and for nothing else between ``prepare`` and ``accept``.
    """

    def __init__(
        self,
        directory: Path,
        key: SecretKey,
        position: Position,
        sealing: Sealing,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._key = key
        self._at = position
        self._sealing = sealing
        self._wall = wall
        self._monotonic = monotonic
        self._file: DurableFile | None = None
        self._opened = monotonic()
        self._unsealed_since = monotonic()

    @property
    def position(self) -> Position:
        """Where the chain stands on the disk."""
        return self._at

    @property
    def broken(self) -> bool:
        """Whether only a new start helps: what the file holds is not known any more."""
        return self._file is not None and self._file.broken

    @property
    def size(self) -> int:
        """Bytes of the current file."""
        return 0 if self._file is None else self._file.size

    def resume(self, path: Path) -> None:
        """Goes on in this file, which ends where the position is."""
        self._file = DurableFile(path)

    def begin(self, kind: str, fields: dict[str, Any]) -> None:
        """Goes on in a new file, whose first line has these fields and says where it belongs."""
        first = self._first_sequence(fields)
        path = file_path(self._directory, first)
        file = DurableFile(path)
        try:
            if file.size:
                raise OSError(None, "a file of that name is there already", str(path))
            text = canonical({**fields, **self._place()})
            line = write_line(text, kind, self._at.hash, first, self._now())
            file.append(line + b"\n")
        except BaseException:
            file.close()
            if file.size == 0:
                path.unlink(missing_ok=True)
            raise
        if self._file is not None:
            self._file.close()
        self._file = file
        self._opened = self._monotonic()
        self._at = replace(self._at, sequence=first, hash=line_hash(line), unsealed=1)
        self._unsealed_since = self._opened

    def opened(self, reason: str, **fields: Any) -> Entry:
        """The line that a start writes into a file that is there already."""
        text = canonical({"reason": reason, **fields, **self._place()})
        return Entry("opened", text, self._now())

    @property
    def rotation_due(self) -> bool:
        """Whether the next line belongs into a new file."""
        file = self._current()
        old = self._monotonic() - self._opened >= self._sealing.rotate_seconds
        return file.size > 0 and (old or file.size >= self._sealing.rotate_bytes)

    def rotate(self) -> None:
        """Seals the file, and goes on in a new one. Raises OSError."""
        if self._at.unsealed:
            checkpoint = self._checkpoint(self._at.sequence, self._at.hash)
            self._current().append(checkpoint + b"\n")
            self._at.sequence += 1
            self._at.hash, self._at.unsealed = line_hash(checkpoint), 0
        self.begin("opened", {"reason": "rotated"})

    def append(self, entries: Sequence[Entry], *, seal: Seal = "due") -> None:
        """The lines are on the disk, in a new file where that is due."""
        if self.rotation_due:
            self.rotate()
        self._append(entries, seal)

    def _append(self, entries: Sequence[Entry], seal: Seal) -> None:
        lines = self.prepare(entries, seal=seal)
        if lines.data:
            lines.file.append(lines.data)
        self.accept(lines)

    def prepare(self, entries: Sequence[Entry], *, seal: Seal = "due") -> Lines:
        """The lines, to be appended to their file. They are in the chain when
        ``accept`` is told that they are on the disk. Raises OSError.
        """
        at = self._at
        sequence, hash = at.sequence, at.hash
        first = sequence + 1
        texts = []
        for entry in entries:
            sequence += 1
            line = write_line(entry.fields, entry.kind, hash, sequence, entry.time)
            hash = line_hash(line)
            texts.append(line)
        sequences = list(range(first, sequence + 1))
        unsealed = at.unsealed + len(texts)
        if unsealed and (seal == "now" or (seal == "due" and self._checkpoint_due(unsealed))):
            line = self._checkpoint(sequence, hash)
            sequence, hash, unsealed = sequence + 1, line_hash(line), 0
            texts.append(line)
        if texts:
            texts.append(b"")
        data = b"\n".join(texts)
        return Lines(self._current(), data, entries, sequences, sequence, hash, unsealed)

    def accept(self, lines: Lines) -> None:
        """What ``prepare`` gave last is on the disk."""
        at = self._at
        if at.unsealed == 0:
            self._unsealed_since = self._monotonic()
        at.sequence, at.hash, at.unsealed = lines.sequence, lines.hash, lines.unsealed
        for number, entry in zip(lines.sequences, lines.entries, strict=True):
            if entry.forwarded:
                at.open[number] = None
            if entry.closes is not None:
                at.open.pop(entry.closes, None)

    def rotate_key(self, new: SecretKey) -> None:
        """From the next line on ``new`` signs; the old key says so in its last line."""
        if self.rotation_due:
            self.rotate()
        at = self._at
        now = self._now()
        members = {
            "hash": at.hash,
            "key": at.key,
            "log": at.log,
            "new_key": new.public_key.thumbprint,
            "new_public_key": new.public_key.to_base64(),
            "sequence": at.sequence,
            "time": now,
        }
        fields = {name: members[name] for name in ("key", "log", "new_key", "new_public_key")}
        fields["signature"] = sign_statement(self._key, "key", members)
        # Nothing comes between the line before, which the statement names, and the new key: neither
        # a new file, nor a checkpoint by a key whose turn is over.
        self._append([Entry("key", canonical(fields), now)], "never")
        self._key = new
        at.key = new.public_key.thumbprint
        self._append([], "now")

    def sign_head(self, lines: Lines | None = None) -> Head:
        """That the log reaches up to here, or will with the last of these lines."""
        at = self._at
        end = at if lines is None else lines
        return sign_head(self._key, at.log, end.sequence, end.hash, self._now())

    def seconds_to_checkpoint(self) -> float | None:
        """None: everything is sealed."""
        if self._at.unsealed == 0:
            return None
        return max(0.0, self._unsealed_since + self._sealing.checkpoint_seconds - self._monotonic())

    def close(self) -> None:
        """What was appended is on the disk already."""
        if self._file is not None:
            self._file.close()

    def _checkpoint_due(self, unsealed: int) -> bool:
        if unsealed >= self._sealing.checkpoint_lines:
            return True
        waited = self._monotonic() - self._unsealed_since
        return self._at.unsealed > 0 and waited >= self._sealing.checkpoint_seconds

    def _checkpoint(self, sequence: int, hash: str) -> bytes:
        now = self._now()
        head = sign_head(self._key, self._at.log, sequence, hash, now)
        fields = canonical({"key": head.key, "log": head.log, "signature": head.signature})
        return write_line(fields, "checkpoint", hash, sequence + 1, now)

    def _place(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "key": self._key.public_key.thumbprint,
            "log": self._at.log,
            "open": list(self._at.open),
        }

    def _first_sequence(self, fields: dict[str, Any]) -> int:
        # Sequences that were lost are not given out again: an acknowledged gap stays visible.
        expected = fields.get("expected") or {}
        return max(self._at.sequence, int(expected.get("sequence", 0))) + 1

    def _current(self) -> DurableFile:
        if self._file is None:
            raise OSError(None, "the trail is closed", str(self._directory))
        return self._file

    def _now(self) -> str:
        return time_text(self._wall())
