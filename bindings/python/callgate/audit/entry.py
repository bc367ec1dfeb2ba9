"""Entry: what is to become one line, before it has its place in the chain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from callgate import canonicalize


@dataclass(frozen=True, slots=True)
class Entry:
    """``fields`` is RFC 8785 text, ``state`` JSON texts that the journal keeps with the line."""

    kind: str
    fields: bytes
    time: str
    state: tuple[bytes, ...] = ()
    # Of an event: an outcome will follow. Of an outcome: the event's sequence.
    forwarded: bool = False
    closes: int | None = None


def exact(fields: dict[str, Any]) -> bytes:
    """RFC 8785 text of fields that callgate itself made: nothing is cut."""
    return canonicalize(json.dumps(fields))


def outcome_entry(event: int, outcome: str, time: str, **fields: Any) -> Entry:
    """The second line of a forwarded call. ``event`` is the sequence of the first."""
    members = {name: value for name, value in fields.items() if value is not None}
    text = exact({"event": event, "outcome": outcome, **members})
    return Entry("outcome", text, time, closes=event)
