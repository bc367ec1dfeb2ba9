"""StrictFraming: h11's connection, without requests whose end two readers see differently."""

from __future__ import annotations

from typing import Any, final

import h11


@final
class StrictFraming(h11.Connection):
    """RFC 9112, section 6.3: with both a length and chunks, a body ends where the reader believes
    it does. A proxy that goes by the length hands on as ours what is the next caller's request."""

    def next_event(self) -> Any:
        """As h11's. Raises ``h11.RemoteProtocolError``; the connection ends after it."""
        event = super().next_event()
        if type(event) is h11.Request:  # an ABC, so isinstance is slow, and there are no others
            framings = [name for name, _ in event.headers if name in _FRAMINGS]
            if len(framings) > 1:
                raise h11.RemoteProtocolError("both Content-Length and Transfer-Encoding")
        return event


_FRAMINGS = (b"content-length", b"transfer-encoding")
