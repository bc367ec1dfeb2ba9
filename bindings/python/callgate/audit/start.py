"""What a trail is found to be at start, and whether it is the one that the journal knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from callgate.audit.chain import Line, line_hash, read_line
from callgate.audit.crash_tail import journaled_later
from callgate.audit.errors import AuditDiffers, AuditError, AuditTruncated
from callgate.audit.head import Head
from callgate.audit.position import Position
from callgate.audit.trail import open_regular, trail_files

FIRST_KINDS: Final = frozenset({"opened", "acknowledged"})
_BLOCK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a trail. ``fault`` says what only an operator can acknowledge."""

    position: Position | None  # None: there is no trail
    path: Path | None = None  # the file that ends there
    torn: tuple[tuple[Path, int], ...] = ()  # files with bytes after their last complete line
    empty: tuple[Path, ...] = ()  # files that were begun, and no more
    crash_tail: tuple[Line, ...] = ()
    fault: AuditError | None = None


def find_end(directory: Path, head: Head | None) -> Found:
    """Reads the newest files, as far back as the journal's head. Raises OSError."""
    torn: list[tuple[Path, int]] = []
    empty: list[Path] = []
    wanted: list[tuple[Path, int]] = []
    for path in reversed(trail_files(directory)):
        whole, size = _whole(path), path.stat().st_size
        if whole < size:
            torn.append((path, whole))
        elif size == 0:
            empty.append(path)
        if whole > 0:
            wanted.insert(0, (path, whole))
            if head is None or _first_sequence(path) <= head.sequence:
                break
    if not wanted:
        fault = None
        if head is not None and head.sequence > 0:
            fault = AuditTruncated(f"all {head.sequence} lines are gone", directory)
        return Found(None, torn=tuple(torn), empty=tuple(empty), fault=fault)
    found = _walk(wanted, head)
    return replace(found, path=wanted[-1][0], torn=tuple(torn), empty=tuple(empty))


def _walk(files: list[tuple[Path, int]], head: Head | None) -> Found:
    position: Position | None = None
    journaled = head is None or head.sequence == 0
    crash_tail: list[Line] = []
    fault: AuditError | None = None
    text = b""
    for path, whole in files:
        for number, text in enumerate(_lines(path, whole), 1):
            try:
                line = read_line(text, strict=False)
                if number == 1 and line.kind not in FIRST_KINDS:
                    raise AuditError("a file begins with another line")
                if position is None:
                    position = Position(log="", key="", hash=line.prev, sequence=line.seq - 1)
                if fault is None:
                    follows(position, line)
            except AuditError as error:
                fault = fault or AuditDiffers(error.message, f"{path}:{number}")
                continue
            position.pass_line(line)
            if journaled:
                crash_tail.append(line)
            elif head is not None and line.seq == head.sequence:
                journaled = True
                if line.hash != head.hash:
                    fault = fault or AuditDiffers("it is not the line that was written", path)
    if position is None:
        position = Position(log="" if head is None else head.log, key="")
    if fault is not None:
        # Whatever the last line is, the chain can only go on from it.
        position.hash = line_hash(text)
    elif head is None:
        fault = AuditDiffers("the journal knows nothing of this trail", files[-1][0])
    elif position.log != head.log:
        fault = AuditDiffers("it is another log than the journal's", files[-1][0])
    elif not journaled:
        message = f"it ends with line {position.sequence}, the journal knows {head.sequence}"
        fault = AuditTruncated(message, files[-1][0])
    elif (later := journaled_later(crash_tail, head.sequence)) is not None:
        message = f"the journal ends with line {head.sequence}, and knew line {later.seq - 1}"
        fault = AuditDiffers(f"{message} before line {later.seq} was written", files[-1][0])
    return Found(position, crash_tail=tuple(crash_tail), fault=fault)


def follows(position: Position, line: Line) -> None:
    """Raises AuditError unless the line continues the chain."""
    if line.prev != position.hash:
        raise AuditError("the line before it is not the one that was written")
    if line.seq == position.sequence + 1:
        return
    gap = acknowledged_gap(line)
    if gap is None or gap != (position.sequence + 1, line.seq - 1):
        raise AuditError(f"it is line {line.seq} after line {position.sequence}")


def acknowledged_gap(line: Line) -> tuple[int, int] | None:
    """First and last sequence that an operator acknowledged as lost."""
    match line.fields:
        case {"found": {"sequence": int(found)}, "expected": {"sequence": int(expected)}} if (
            line.kind == "acknowledged" and expected > found
        ):
            return found + 1, expected
    return None


def _whole(path: Path) -> int:
    """Where the last complete line ends."""
    with open_regular(path) as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            begin = max(0, end - _BLOCK)
            file.seek(begin)
            at = file.read(end - begin).rfind(b"\n")
            if at >= 0:
                return begin + at + 1
            end = begin
    return 0


def _lines(path: Path, whole: int) -> Iterator[bytes]:
    """The complete lines without their breaks."""
    with open_regular(path) as file:
        for line in file:
            whole -= len(line)
            if whole < 0:
                return
            yield line.removesuffix(b"\n")


def _first_sequence(path: Path) -> int:
    with open_regular(path) as file:
        try:
            return read_line(file.readline().removesuffix(b"\n"), strict=False).seq
        except AuditError:
            return 0  # reading further back does not help
