"""StrictFraming: h11's connection, without requests that two readers see differently, and without
heads of any size."""

from __future__ import annotations

import re
from typing import Any, Final, final

import h11
from h11._receivebuffer import ReceiveBuffer

# Headers of one request, whatever their size: each costs more than its bytes do.
MAX_HEADERS: Final = 100
# What h11 mends in silence and a proxy may read otherwise: a line that does not end in CR LF, a
# folded header (RFC 9112, sections 2.2 and 5.2), and a length that is not one number (6.3).
_ODD_LINE: Final = re.compile(rb"(?<!\r)\n|\r(?!\n)|\n[ \t]")
_LENGTH: Final = re.compile(rb"\ncontent-length[ \t]*:[ \t]*(\d*)([^\r]*)", re.IGNORECASE)


@final
class _Received(ReceiveBuffer):
    """``extracted`` is what h11 took last, as it was sent."""

    extracted: bytes | bytearray = b""

    def _extract(self, count: int) -> bytearray:
        self.extracted = extracted = super()._extract(count)
        return extracted


@final
class StrictFraming(h11.Connection):
    """RFC 9112, section 6.3: with both a length and chunks, a body ends where the reader believes
    it does. A proxy that goes by the length hands on as ours what is the next caller's request.

    h11 measures what it waits for only, and a head that came in one read is never waited for.
    """

    def __init__(self, *, header_bytes: int) -> None:
        super().__init__(h11.SERVER, max_incomplete_event_size=header_bytes)
        self._header_bytes = header_bytes
        self._receive_buffer = self._received = _Received()
        self._is_chunked = False

    def next_event(self) -> Any:
        """As h11's. Raises ``h11.RemoteProtocolError``; the connection ends after it."""
        event = super().next_event()
        if type(event) is h11.Request:  # an ABC, so isinstance is slow, and there are no others
            # A head is taken as a whole, with its blank line, and nothing else with it.
            head = self._received.extracted
            if len(head) > self._header_bytes:
                raise h11.RemoteProtocolError("the first line and headers are too long")
            _check_head(head)
            if len(event.headers) > MAX_HEADERS:
                raise h11.RemoteProtocolError("too many headers")
            framings = [name for name, _ in event.headers if name in _FRAMINGS]
            if len(framings) > 1:
                raise h11.RemoteProtocolError("both Content-Length and Transfer-Encoding")
            self._is_chunked = b"transfer-encoding" in framings
        elif type(event) is h11.EndOfMessage and self._is_chunked:
            # So are trailers.
            _check_lines(self._received.extracted)
        return event

    @property
    def expects_body(self) -> bool:
        """Whether an answer now has its body with it. To HEAD it has not, and h11 raises on one."""
        return self._request_method != b"HEAD"


def _check_lines(lines: bytes | bytearray) -> None:
    if _ODD_LINE.search(lines):
        raise h11.RemoteProtocolError("a line does not end in CR LF, or is folded")


def _check_head(head: bytes | bytearray) -> None:
    _check_lines(head)
    lengths = _LENGTH.findall(head)
    if len(lengths) > 1 or any(rest.strip() or not digits for digits, rest in lengths):
        raise h11.RemoteProtocolError("Content-Length is not given as one number, once")


_FRAMINGS = (b"content-length", b"transfer-encoding")
