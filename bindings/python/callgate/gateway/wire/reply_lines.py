"""ReplyLines: the sibling of ``Reply`` that begins before the answer is there."""

from __future__ import annotations

from typing import Final, final

from starlette.types import Send

from callgate.gateway.wire import replies
from callgate.serving.reply import Reply

MEDIA_TYPE: Final = b"application/x-ndjson"
# The second is for nginx, which would keep the lines until there are many.
_HEADERS: Final = (
    (b"content-type", MEDIA_TYPE),
    (b"x-accel-buffering", b"no"),
    (b"cache-control", b"no-store"),
)


@final
class ReplyLines:
    """An answer as a stream of lines, of which the last is the body of a ``Reply``.

    Without a line before it, the ``Reply`` is the whole answer, with a status of its own.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._has_begun = False

    async def send_line(self, line: bytes) -> None:
        """``line`` ends with its line break and is not the last."""
        await self._begin()
        await self._send({"type": "http.response.body", "body": line, "more_body": True})

    async def end(self, reply: Reply) -> None:
        """Sends what is left of the answer."""
        if not self._has_begun:
            await reply.send(self._send)
            return
        await self._send({"type": "http.response.body", "body": reply.body + b"\n"})

    async def _begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            start = {"status": replies.OK, "headers": list(_HEADERS)}
            await self._send({"type": "http.response.start", **start})
