"""What a crash can leave in the trail that the journal does not know, and what it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callgate.audit.chain import Line
from callgate.audit.commit_queue import MAX_BATCH
from callgate.audit.retry_buffer import MAX_HELD

_SEALS: Final = frozenset({"opened", "acknowledged", "key", "checkpoint"})


def journaled_later(lines: Sequence[Line], head: int) -> Line | None:
    """The first line that was written only after the journal had gone beyond line ``head``.

    ``lines`` are those after it. Each group commit reaches the journal before the next one begins,
    and a start does before anything else is written. So a crash leaves the lines of one commit;
    while the journal cannot be written, those of attempts to go on again; and what starts wrote
    that died. Where there is more, the journal is an older one that was put back.
    """
    room = MAX_BATCH
    seen = started = False
    for line in lines:
        if _of_start(line):
            started = True
        elif line.kind == "checkpoint":
            room = 0 if seen else room
        elif line.kind in _SEALS:
            continue
        elif line.kind == "recovered" and not started:
            room, seen = MAX_HELD, True
        elif line.kind == "outcome" and line.fields.get("outcome") == "unknown" and started:
            continue
        elif started or room == 0 or _answered(line, head):
            return line
        else:
            room, seen = room - 1, True
    return None


def _of_start(line: Line) -> bool:
    rotated = line.kind == "opened" and line.fields.get("reason") == "rotated"
    return line.kind in ("opened", "acknowledged") and not rotated


def _answered(line: Line, head: int) -> bool:
    """Whether a call was forwarded, which none is before its line is in the journal."""
    if line.kind != "outcome" or line.fields.get("dispatched") is False:
        return False
    event = line.fields.get("event")
    return type(event) is int and event > head
