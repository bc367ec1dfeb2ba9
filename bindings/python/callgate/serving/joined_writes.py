"""JoinedWrites: the head and the body of an answer leave in one system call."""

from __future__ import annotations

import asyncio
from typing import Any, Final, final

# More than this is not gathered: the transport alone knows when its reader is too slow, and an
# application that streams may write everything within one turn.
_MOST: Final = 64 << 10


@final
class JoinedWrites:
    """A transport that gathers what is written until the event loop's next turn, or 64 KiB.

    uvicorn writes head, body and end of an answer one by one, and each would be a system call, a
    packet and, with TLS, a record of its own. Everything else is the transport's.
    """

    __slots__ = (
        "_loop",
        "_parts",
        "_size",
        "_transport",
        "get_extra_info",
        "is_closing",
        "pause_reading",
        "resume_reading",
    )

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        # What is called for every request.
        self.get_extra_info = transport.get_extra_info
        self.is_closing = transport.is_closing
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Written at the loop's next turn, when it is much, or before the transport closes."""
        if not data:
            return
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)
        self._size += len(data)
        if self._size > _MOST:
            self._flush()

    def close(self) -> None:
        """After what was written."""
        self._flush()
        self._transport.close()

    def write_eof(self) -> None:
        """After what was written."""
        self._flush()
        self._transport.write_eof()

    def _flush(self) -> None:
        if self._parts:
            parts, self._parts, self._size = self._parts, [], 0
            self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
