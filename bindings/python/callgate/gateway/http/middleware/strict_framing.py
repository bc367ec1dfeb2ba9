"""StrictFraming: h11's connection, without requests that two readers see differently, and without
heads of any size."""

from __future__ import annotations

import re
from typing import Any, Final, final

import h11

# Of a request, whatever their bytes: each one costs more than its bytes do.
MAX_HEADERS: Final = 100
# What h11 mends in silence and a proxy may read otherwise: a line that does not end in CR LF, a
# folded header (RFC 9112, sections 2.2 and 5.2), and a length that is not one number (6.3).
_ODD_LINE: Final = re.compile(rb"(?<!\r)\n|\r(?!\n)|\n[ \t]")
_LENGTH: Final = re.compile(rb"\ncontent-length[ \t]*:[ \t]*(\d*)([^\r]*)", re.IGNORECASE)


@final
class StrictFraming(h11.Connection):
    """RFC 9112, section 6.3: with both a length and chunks, a body ends where the reader believes
    it does. A proxy that goes by the length hands on as ours what is the next caller's request.

    h11 measures what it waits for only, and a head that came in one read is never waited for.
    """

    def __init__(self, *, header_bytes: int) -> None:
        super().__init__(h11.SERVER, max_incomplete_event_size=header_bytes)
        self._header_bytes = header_bytes

    def next_event(self) -> Any:
        """As h11's. Raises ``h11.RemoteProtocolError``; the connection ends after it."""
        # The buffer is h11's own: `trailing_data` says the same, and copies all of it.
        before = len(self._receive_buffer)
        starts = (
            bytes(self._receive_buffer)[: self._header_bytes]
            if self.their_state is h11.IDLE
            else b""
        )
        event = super().next_event()
        if type(event) is h11.Request:  # an ABC, so isinstance is slow, and there are no others
            # A head leaves the buffer as a whole, with its blank line, and nothing else with it.
            size = before - len(self._receive_buffer)
            if size > self._header_bytes:
                raise h11.RemoteProtocolError("the first line and headers are too long")
            _check_head(starts[:size])
            if len(event.headers) > MAX_HEADERS:
                raise h11.RemoteProtocolError("too many headers")
            framings = [name for name, _ in event.headers if name in _FRAMINGS]
            if len(framings) > 1:
                raise h11.RemoteProtocolError("both Content-Length and Transfer-Encoding")
        return event

    @property
    def expects_body(self) -> bool:
        """Whether an answer now has its body with it. To HEAD it has not, and h11 raises on one."""
        return self._request_method != b"HEAD"


def _check_head(head: bytes) -> None:
    if _ODD_LINE.search(head):
        raise h11.RemoteProtocolError("a line does not end in CR LF, or is folded")
    lengths = _LENGTH.findall(head)
    if len(lengths) > 1 or any(rest.strip() or not digits for digits, rest in lengths):
        raise h11.RemoteProtocolError("Content-Length is not given as one number, once")


_FRAMINGS = (b"content-length", b"transfer-encoding")
