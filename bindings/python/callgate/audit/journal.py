"""Journal: the state of a gateway on the disk, so that a crash forgets and undoes nothing."""

from __future__ import annotations

import base64
import json
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeAlias, final

from callgate import CallgateError
from callgate.audit.durable_file import DurableFile, Lock, replace_file
from callgate.audit.errors import JournalDamaged
from callgate.audit.hashed_line import hashed_line, read_hashed_line
from callgate.audit.head import Head
from callgate.audit.reserve import Reserve

FORMAT: Final = "callgate-journal/1"
EFFECTS: Final = "effects"
# What the journal keeps: a JSON object, or its text.
StateRecord: TypeAlias = Mapping[str, Any] | bytes
_encode: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Restored:
    """What a journal holds: apply ``effects`` to ``engine_state``, and ``records``, in order.

    ``records`` may begin before the last change that the snapshot knew: applying one again must
    change nothing. ``head`` is how far the audit trail reached.
    """

    engine_state: bytes | None = None
    effects: tuple[bytes, ...] = ()
    records: tuple[dict[str, Any], ...] = ()
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class SnapshotSource:
    """Where the whole state comes from, when the journal is rewritten.

    ``records`` is called in the event loop's thread, and after it ``engine_state`` in another. Both
    must know whatever was handed to ``AuditLog`` before.
    """

    engine_state: Callable[[], bytes]
    records: Callable[[], Sequence[Mapping[str, Any]]] = field(default=tuple)


def effects_record(effects: bytes) -> dict[str, Any]:
    """The record of ``Decision.effects``, ``Session.effects`` or ``Gate.reset_clock``."""
    return {"kind": EFFECTS, "effects": b2a_base64(effects, newline=False).decode()}


def effects_text(effects: bytes) -> bytes:
    """The same as JSON text: there is one with every call, and nothing in it needs an escape."""
    return b'{"kind":"effects","effects":"%b"}' % b2a_base64(effects, newline=False)


def record_texts(records: Sequence[StateRecord]) -> tuple[bytes, ...]:
    """As the journal writes them."""
    return tuple([one if isinstance(one, bytes) else _encode(one).encode() for one in records])


@final
class Journal:
    """One JSON line for each group commit, after one line with a snapshot. 0600: it is a secret.

    Each line carries the SHA-256 of its batch, so that a changed byte stops the start instead of
    changing a limit. One process has it open, one thread at a time uses it. A context manager.
    ``reserve`` is for what is ended while nothing can be appended.
    """

    def __init__(self, path: Path) -> None:
        """Opens it, or makes an empty one. Raises AuditInUse, JournalDamaged, OSError."""
        self.path = path
        self._lock = Lock(path.with_name(path.name + ".lock"))
        try:
            path.with_name(path.name + ".new").unlink(missing_ok=True)  # of a compaction that died
            self._file = DurableFile(path)
            try:
                self.restored = self._load()
                self.reserve = Reserve(path.with_name(path.name + ".reserve"))
            except BaseException:
                self._file.close()
                raise
        except BaseException:
            self._lock.close()
            raise
        self._after_snapshot = 0

    @property
    def grown(self) -> int:
        """Bytes since the last snapshot of this process."""
        return self._file.size - self._after_snapshot

    def append(self, records: Sequence[bytes], head: Head | None) -> None:
        """Returns when they are on the disk. Raises OSError, and then none of them counts."""
        file, line = self.prepare(records, head)
        file.append(line)

    def prepare(self, records: Sequence[bytes], head: Head | None) -> tuple[DurableFile, bytes]:
        """The file and the line that ``append`` would append to it."""
        return self._file, _line([b'"records":[%b]' % b",".join(records)], head)

    def compact(self, engine_state: bytes, records: Sequence[bytes], head: Head | None) -> None:
        """Replaces the journal by one snapshot, atomically. Raises OSError: it is as it was."""
        state = base64.b64encode(engine_state)
        snapshot = b'{"engine_state":"%b","records":[%b]}' % (state, b",".join(records))
        data = _line([b'"format":"%b"' % FORMAT.encode(), b'"snapshot":' + snapshot], head)
        replace_file(self.path, data)
        file = DurableFile(self.path)
        self._file.close()
        self._file, self._after_snapshot = file, file.size

    def close(self) -> None:
        """What was appended is on the disk already."""
        self.reserve.close()
        self._file.close()
        self._lock.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _load(self) -> Restored:
        data = self._file.read()
        whole = data.rfind(b"\n") + 1
        engine_state: bytes | None = None
        records: list[dict[str, Any]] = []
        head: Head | None = None
        for number, line in enumerate(data[:whole].split(b"\n")[:-1], 1):
            try:
                batch = _read(line)
                if "snapshot" in batch:
                    snapshot = batch["snapshot"]
                    engine_state = base64.b64decode(snapshot["engine_state"], validate=True)
                    records = list(snapshot["records"])
                records += batch.get("records", ())
                if batch["head"] is not None:
                    head = Head.from_value(batch["head"])
            except (ValueError, KeyError, TypeError, CallgateError) as error:
                raise JournalDamaged("the line is damaged", f"{self.path}:{number}") from error
        if whole < len(data):
            self._file.cut(whole)  # no caller was told that this batch was written
        try:
            effects = tuple(
                base64.b64decode(record["effects"], validate=True)
                for record in records
                if record["kind"] == EFFECTS
            )
        except (ValueError, KeyError, TypeError) as error:
            raise JournalDamaged("a record is damaged", self.path) from error
        others = tuple(record for record in records if record["kind"] != EFFECTS)
        return Restored(engine_state, effects, others, head)


def _line(members: Sequence[bytes], head: Head | None) -> bytes:
    text = b"null" if head is None else head.to_json()
    return hashed_line(b"{%b}" % b",".join([b'"head":' + text, *members]))


def _read(line: bytes) -> dict[str, Any]:
    batch = read_hashed_line(line)
    if batch.get("format", FORMAT) != FORMAT:
        raise ValueError("another format")
    return batch
