"""TlsConnection: a connection to a server whose chain is judged, and not verified by OpenSSL.

The standard library shows a peer's chain from Python 3.13 on only, and breaks the handshake off
where it does not trust it.
"""

from __future__ import annotations

import asyncio
from typing import Final

from OpenSSL import SSL

from callgate.serving.tls.engine import RECORD, TlsEngine

_CHUNK: Final = 64 << 10


class TlsConnection:
    """Nothing but the handshake is sent before ``send`` is called. Raises TlsFailed and OSError."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        context: SSL.Context,
        server_name: str | None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._tls = TlsEngine.connecting(context, server_name)

    async def handshake(self) -> tuple[bytes, ...]:
        """The chain that the server presented and has the key of: DER, leaf first."""
        while not self._tls.shake_hands():
            await self._fill()
        await self._flush()
        return self._tls.chain()

    async def send(self, data: bytes) -> None:
        """Sends bytes under TLS."""
        for start in range(0, len(data), RECORD):
            self._writer.write(self._tls.write(data[start : start + RECORD]))
            await self._writer.drain()

    async def receive(self) -> bytes:
        """Some bytes; none where the server closed TLS in order."""
        while not (data := self._tls.read()):
            if data is None:
                return b""
            await self._fill()
        return data

    def close(self) -> None:
        """Ends the connection at once."""
        self._writer.transport.abort()

    async def _fill(self) -> None:
        await self._flush()
        data = await self._reader.read(_CHUNK)
        if not data:
            raise ConnectionError("the connection ended")
        self._tls.feed(data)

    async def _flush(self) -> None:
        self._writer.write(self._tls.outgoing())
        await self._writer.drain()
