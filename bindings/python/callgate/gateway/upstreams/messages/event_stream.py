"""Reads server-sent events (WHATWG HTML, 9.2) in chunks, no larger than somebody waits for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from callgate.gateway.upstreams.messages.message_buffer import Allowance, MessageBuffer

_LINE_END = re.compile(rb"\r\n|\n|\r")
_MAX_FIELD: Final = 32
_MAX_TYPE: Final = 64


class EventStream:
    """Gives the data of each ``message`` event. Ids and retry times mean nothing here: a stream
    that breaks is never resumed. Not thread-safe.
    """

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._after_return = False
        self.lines = 0  # so far
        self._start_event()
        self._start_line()

    @property
    def current(self) -> MessageBuffer:
        """The event that is being read."""
        return self._data

    def feed(self, chunk: bytes) -> Iterator[MessageBuffer]:
        """The events that end within the chunk."""
        if not chunk:
            return
        ends_line = self._after_return and chunk.startswith(b"\n")
        self._after_return = chunk.endswith(b"\r")
        if ends_line:
            chunk = chunk[1:]
        start = 0
        for end in _LINE_END.finditer(chunk):
            self._line_part(chunk[start : end.start()])
            start = end.end()
            self.lines += 1
            event = self._line_ended()
            if event is not None:
                yield event
        self._line_part(chunk[start:])

    def _start_event(self) -> None:
        self._data = MessageBuffer(self._allowance)
        self._has_data = False
        self._type = b""

    def _start_line(self) -> None:
        self._field = b""
        self._in_value = False
        self._value_begun = False
        self._line_is_empty = True

    def _line_part(self, part: bytes) -> None:
        if not part:
            return
        self._line_is_empty = False
        if not self._in_value:
            name, colon, part = part.partition(b":")
            self._field = (self._field + name)[:_MAX_FIELD]
            if not colon:
                return
            self._begin_value()
        if not part:
            return
        if not self._value_begun:
            self._value_begun = True
            part = part[1:] if part.startswith(b" ") else part
        if self._field == b"data":
            self._data.feed(part)
        elif self._field == b"event":
            self._type = (self._type + part)[:_MAX_TYPE]

    def _begin_value(self) -> None:
        self._in_value = True
        if self._field == b"data":
            if self._has_data:
                self._data.feed(b"\n")
            self._has_data = True
        elif self._field == b"event":
            self._type = b""

    def _line_ended(self) -> MessageBuffer | None:
        event: MessageBuffer | None = None
        if self._line_is_empty:
            if self._type in (b"", b"message") and not self._data.empty:
                event = self._data
            self._start_event()
        self._start_line()
        return event
