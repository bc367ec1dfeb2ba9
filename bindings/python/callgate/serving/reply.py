"""Reply: a whole answer, ready to send."""

from __future__ import annotations

from typing import Final, NamedTuple

from starlette.types import Send

_JSON: Final = (b"content-type", b"application/json")
_NO_STORE: Final = (b"cache-control", b"no-store")


class Reply(NamedTuple):
    """A status and a JSON body. ``code_name`` is that of a failure."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    code_name: str | None = None

    async def send(self, send: Send) -> None:
        """Sends it as the whole answer of an ASGI request."""
        length = (b"content-length", b"%d" % len(self.body))
        headers = [_JSON, length, _NO_STORE, *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
