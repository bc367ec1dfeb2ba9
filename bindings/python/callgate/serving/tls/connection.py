"""TlsConnection: TLS between a socket and the protocol behind it, with backpressure both ways."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final, Protocol

from callgate.serving.peer import Peer
from callgate.serving.peer_protocol import STANDING, peer_of_transport
from callgate.serving.standing import Standing
from callgate.serving.tls.engine import RECORD, TlsEngine, TlsFailed

# What is encrypted at a time of a long write.
_WRITE: Final = 16 * RECORD
# What TLS itself may have to say to a peer that does not read: it would say it again and again.
_UNREAD: Final = 16 << 10
# Seconds in which the last bytes are to leave, once the connection failed.
_LAST: Final = 1.0


class Endpoint(Protocol):
    """What connections need of the server's side."""

    handshake_seconds: float

    def engine(self) -> TlsEngine:
        """With the certificate of now."""

    def standing(self, seen: Peer) -> Standing:
        """Of a peer that has shown its chain."""

    def opened(self, connection: TlsConnection) -> None:
        """A connection was accepted."""

    def closed(self, connection: TlsConnection) -> None:
        """It ended."""


class TlsConnection(asyncio.Transport, asyncio.Protocol):
    """The protocol of a socket, and the transport of ``inner``, which begins after the handshake.

    Of one event loop. ``close_notify`` of the peer is the end of what it sends (``eof_received``);
    an end without it is a truncation, and closes. ``write_eof`` sends ours and goes on reading.
    """

    def __init__(
        self, endpoint: Endpoint, inner: asyncio.Protocol, server_connections: set[Any]
    ) -> None:
        """``server_connections`` are those that the server calls ``shutdown`` of when it stops;
        after the handshake ``inner`` stands there itself."""
        super().__init__()
        self._endpoint = endpoint
        self._inner = inner
        self._server_connections = server_connections
        self._loop = asyncio.get_running_loop()
        self._is_open = False  # the handshake has ended
        self._is_closing = False
        self._is_paused = False  # by inner
        self._is_reading = False  # within _read
        self._peer_is_done = False
        self._is_done = False  # close_notify was sent
        self._unread = 0
        self._timer: asyncio.TimerHandle | None = None
        self.standing: Standing | None = None

    # The protocol of the socket.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The peer connected."""
        assert isinstance(transport, asyncio.Transport)
        self._socket = transport
        self._tls = self._endpoint.engine()
        self._timer = self._loop.call_later(self._endpoint.handshake_seconds, transport.abort)
        self._endpoint.opened(self)
        self._server_connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended."""
        self._is_closing = True
        self._stop_timer()
        self._endpoint.closed(self)
        self._server_connections.discard(self)
        if self._is_open:
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of TLS."""
        if self._peer_is_done or self._is_failed():
            return
        self._tls.feed(data)
        if not self._is_open and not self._shake_hands():
            return
        self._read()

    def eof_received(self) -> bool:
        """The TCP stream ended. That is not authenticated: only close_notify ends the data."""
        if not self._peer_is_done:
            self._socket.abort() if not self._is_open else self.close()
        # After close_notify an answer may still be written.
        return self._peer_is_done and not self._is_closing

    def pause_writing(self) -> None:
        """The peer does not read fast enough."""
        if self._is_open:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._unread = 0
        if self._is_open:
            self._inner.resume_writing()

    def shutdown(self) -> None:
        """The server stops, and the handshake has not ended."""
        self.abort()

    # The transport of inner.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Sent encrypted. After ``close`` or ``write_eof``, or a failure, it is dropped."""
        if self._is_closing or self._is_done or not data:
            return
        rest = memoryview(data)
        try:
            while rest:
                now, rest = rest[:_WRITE], rest[_WRITE:]
                parts = [self._tls.write(now[i : i + RECORD]) for i in range(0, len(now), RECORD)]
                self._socket.write(parts[0] if len(parts) == 1 else b"".join(parts))
        except TlsFailed:
            self._fail()

    def write_eof(self) -> None:
        """Sends close_notify; the peer may go on sending."""
        if not self._is_closing and not self._socket.is_closing():
            self._say_done()
            self._socket.write_eof()

    def can_write_eof(self) -> bool:
        """TLS can close one direction (RFC 8446, section 6.1)."""
        return True

    def close(self) -> None:
        """Sends what was written, then close_notify, and closes."""
        if self._is_closing:
            return
        self._is_closing = True
        if not self._socket.is_closing():
            self._say_done()
            self._socket.close()

    def abort(self) -> None:
        """Closes at once; what was not sent is lost."""
        self._is_closing = True
        self._socket.abort()

    def is_closing(self) -> bool:
        """Whether it closes or is closed."""
        return self._is_closing or self._socket.is_closing()

    def pause_reading(self) -> None:
        """Nothing is given to inner, and no more is read than came already."""
        self._is_paused = True
        self._socket.pause_reading()

    def resume_reading(self) -> None:
        """At the loop's next turn, gives inner what was held back, then reads on."""
        if self._is_paused:
            self._is_paused = False
            self._loop.call_soon(self._read_on)

    def is_reading(self) -> bool:
        """Whether it reads."""
        return not self._is_paused and not self.is_closing()

    def get_write_buffer_size(self) -> int:
        """Bytes, encrypted, that were not sent yet."""
        return self._socket.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Those of the socket."""
        return self._socket.get_write_buffer_limits()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Sets those of the socket."""
        self._socket.set_write_buffer_limits(high, low)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """There is no other protocol to go on with."""
        raise NotImplementedError

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol behind TLS."""
        return self._inner

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """The connection's Standing, that it is TLS, and what the socket's transport knows."""
        if name == STANDING:
            return self.standing
        if name == "sslcontext":
            return self._endpoint  # uvicorn asks only whether there is one
        return self._socket.get_extra_info(name, default)

    def _shake_hands(self) -> bool:
        try:
            is_open = self._tls.shake_hands()
        except TlsFailed:
            self._fail()
            return False
        self._send_own()
        if not is_open or self._is_failed():
            return False
        self._stop_timer()
        seen = replace(peer_of_transport(self._socket), chain=self._tls.chain())
        self.standing = self._endpoint.standing(seen)
        self._is_open = True
        self._server_connections.discard(self)
        self._inner.connection_made(self)
        return True

    def _read_on(self) -> None:
        if self._is_paused or self._is_failed():
            return
        self._read()
        if not self._is_paused and not self._is_failed():
            self._socket.resume_reading()

    def _read(self) -> None:
        """Gives inner what can be decrypted, until it pauses."""
        if self._is_reading:
            return
        self._is_reading = True
        own = True
        try:
            while not self._is_paused and not self._peer_is_done:
                data = self._tls.read()
                if data is None:
                    self._peer_is_done = True
                    if not self._inner.eof_received():
                        self.close()
                elif not data:
                    break
                elif not self._is_closing:
                    own = False
                    self._inner.data_received(data)
                if self._is_failed():
                    return
        except TlsFailed:
            self._fail()
            return
        finally:
            self._is_reading = False
        # After data an answer follows, and takes with it what TLS itself has to say. A KeyUpdate is
        # due before the next record (RFC 8446, section 4.6.3), and not earlier.
        if own or self._peer_is_done:
            self._send_own()

    def _send_own(self) -> None:
        data = self._tls.outgoing()
        if not data or self._is_done or self._socket.is_closing():
            return
        self._socket.write(data)
        # Each request to change keys or to negotiate again is answered: a peer that asks for ever
        # and reads no answer would fill the memory.
        self._unread = self._unread + len(data) if self._socket.get_write_buffer_size() else 0
        if self._unread > _UNREAD:
            self.abort()

    def _fail(self) -> None:
        """Tells the peer why, by an alert, and closes."""
        self._send_own()
        self._is_closing = True
        if not self._socket.is_closing():
            self._socket.close()
            self._stop_timer()
            self._timer = self._loop.call_later(_LAST, self._socket.abort)

    def _say_done(self) -> None:
        if not self._is_done:
            self._is_done = True
            self._socket.write(self._tls.close_notify())

    def _is_failed(self) -> bool:
        return self._socket.is_closing()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
