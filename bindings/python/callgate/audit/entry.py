"""Entry: what is to become one line, before it has its place in the chain."""

from __future__ import annotations

import hashlib
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


def answered_entry(event: int, time: str, result: bytes, duration: float) -> Entry:
    """What ``outcome_entry`` writes of a call that was dispatched and answered.

    There is one with nearly every call. ``duration`` is in seconds.
    """
    # Of thousandths Python writes what RFC 8785 does, but for whole numbers.
    milliseconds = repr(round(duration * 1000, 3)).removesuffix(".0")
    text = (
        b'{"dispatched":true,"duration_ms":%b,"event":%d,"outcome":"succeeded",'
        b'"result":"%b","result_bytes":%d}'
    ) % (
        milliseconds.encode(),
        event,
        hashlib.sha256(result).hexdigest().encode(),
        len(result),
    )
    return Entry("outcome", text, time, closes=event)
