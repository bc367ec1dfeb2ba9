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
    # It ends what nothing may open again: on a full disk it goes into the reserve.
    ends: bool = False


def outcome_entry(event: int, outcome: str, time: str, **fields: Any) -> Entry:
    """The second line of a forwarded call. ``event`` is the sequence of the first."""
    members = {name: value for name, value in fields.items() if value is not None}
    text = canonical({"event": event, "outcome": outcome, **members})
    return Entry("outcome", text, time, closes=event)


def ended_entry(
    event: int,
    time: str,
    *,
    result: bytes | None,
    duration: float | None,
    error: str | None,
    dispatched: bool | None,
) -> Entry:
    """Of a call that ended while the gateway ran. ``duration`` is in seconds."""
    if dispatched and error is None and result is not None and duration is not None:
        return _answered(event, time, result, duration)
    return outcome_entry(
        event,
        "succeeded" if error is None else "failed",
        time,
        result=None if result is None else _digest(result),
        result_bytes=None if result is None else len(result),
        duration_ms=None if duration is None else _milliseconds(duration),
        error=error,
        dispatched=dispatched,
    )


def _answered(event: int, time: str, result: bytes, duration: float) -> Entry:
    """What ``outcome_entry`` writes of a call that was dispatched and answered, as most are."""
    # Of thousandths Python writes what RFC 8785 does, but for whole numbers.
    milliseconds = repr(_milliseconds(duration)).removesuffix(".0")
    text = (
        b'{"dispatched":true,"duration_ms":%b,"event":%d,"outcome":"succeeded",'
        b'"result":"%b","result_bytes":%d}'
    ) % (milliseconds.encode(), event, _digest(result).encode(), len(result))
    return Entry("outcome", text, time, closes=event)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _digest(result: bytes) -> str:
    return hashlib.sha256(result).hexdigest()
