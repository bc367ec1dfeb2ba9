"""Entry: what is to become one line, before it has its place in the chain."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from callgate._native import audit_outcome

Outcome: TypeAlias = Literal["succeeded", "failed", "unknown"]


class Entry(NamedTuple):
    """``fields`` is RFC 8785 text, ``state`` JSON texts that the journal keeps with the line."""

    kind: str
    fields: bytes
    time: str
    state: tuple[bytes, ...] = ()
    # Of an event: an outcome will follow. Of an outcome: the event's sequence.
    forwarded: bool = False
    closes: int | None = None
    # It ends what nothing may open again: on a full disk it goes into the reserve.
    ends: bool = False


def outcome_entry(
    event: int,
    outcome: Outcome,
    time: str,
    *,
    result: bytes | None = None,
    duration: float | None = None,
    error: str | None = None,
    dispatched: bool | None = None,
) -> Entry:
    """The second line of a forwarded call. ``event`` is the sequence of the first.

    ``duration`` is in seconds.
    """
    milliseconds = None if duration is None else duration * 1000
    text = audit_outcome(event, outcome, result, milliseconds, error, dispatched)
    return Entry("outcome", text, time, closes=event)
