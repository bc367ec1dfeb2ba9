"""Entry: what is to become one line, before it has its place in the chain."""

from __future__ import annotations

from typing import Any, NamedTuple

from callgate.audit.canonical import canonical


class Entry(NamedTuple):
    """``fields`` is RFC 8785 text, ``state`` JSON texts that the journal keeps with the line."""

    kind: str
    fields: bytes
    time: str
    state: tuple[bytes, ...] = ()
    # Of an event: an outcome will follow. Of an outcome: the event's sequence.
    forwarded: bool = False
    closes: int | None = None


def outcome_entry(event: int, outcome: str, time: str, **fields: Any) -> Entry:
    """The second line of a forwarded call. ``event`` is the sequence of the first."""
    members = {name: value for name, value in fields.items() if value is not None}
    text = canonical({"event": event, "outcome": outcome, **members})
    return Entry("outcome", text, time, closes=event)
