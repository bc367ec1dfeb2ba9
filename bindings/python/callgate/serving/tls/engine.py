"""TlsEngine: one end of a TLS connection, bytes in and bytes out."""

from __future__ import annotations

from typing import Final, final

from OpenSSL import SSL, crypto

from callgate import CallgateError

# One record of TLS. What is given to OpenSSL and taken from it at a time: its buffers in memory
# grow to what is in them and do not shrink.
RECORD: Final = 16 << 10
# More than a record as it is sent, so that one read takes it.
_SENT: Final = 32 << 10


class TlsFailed(CallgateError):
    """The peer does not speak TLS as it should. An alert may be waiting to be sent."""

    def __init__(self) -> None:
        super().__init__("the peer does not speak TLS as it should", "INVALID_ARGUMENT")


@final
class TlsEngine:
    """The server's end, unless made by ``connecting``. Knows neither sockets nor time. Of one
    thread."""

    __slots__ = ("_received", "_tls")

    def __init__(self, context: SSL.Context) -> None:
        self._tls = SSL.Connection(context, None)
        self._tls.set_accept_state()
        # What came and was not yet given to OpenSSL.
        self._received = memoryview(b"")

    @classmethod
    def connecting(cls, context: SSL.Context, server_name: str | None = None) -> TlsEngine:
        """The client's end. ``server_name`` is told to the server: a DNS name, no address."""
        engine = cls(context)
        engine._tls.set_connect_state()
        if server_name is not None:
            engine._tls.set_tlsext_host_name(server_name.encode("ascii"))
        return engine

    def feed(self, data: bytes) -> None:
        """What came from the peer."""
        if self._received:
            self._received = memoryview(bytes(self._received) + data)
        else:
            # At once, since to ask for a record first would only say that it is not there.
            self._received = memoryview(data)
            self._give()

    def shake_hands(self) -> bool:
        """Whether the handshake has ended, as far as it got. Raises TlsFailed."""
        while True:
            try:
                self._tls.do_handshake()
            except SSL.WantReadError:
                if not self._give():
                    return False
            except SSL.Error as error:
                raise TlsFailed from error
            else:
                return True

    def chain(self) -> tuple[bytes, ...]:
        """The peer's certificates in DER, leaf first; empty: it presented none."""
        leaf = self._tls.get_peer_certificate()
        if leaf is None:
            return ()
        # On the server's side this lacks the leaf; on the client's it does not.
        others = self._tls.get_peer_cert_chain() or []
        first, *rest = (
            crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in (leaf, *others)
        )
        return (first, *rest[1:]) if rest and rest[0] == first else (first, *rest)

    def read(self) -> bytes | None:
        """The next record's contents; empty when more has to come first, None at close_notify.

        Raises TlsFailed.
        """
        while True:
            try:
                return self._tls.recv(RECORD)
            except SSL.WantReadError:
                if not self._give():
                    return b""
            except SSL.ZeroReturnError:
                return None
            except SSL.Error as error:
                raise TlsFailed from error

    def write(self, data: bytes | memoryview) -> bytes:
        """What to send for at most ``RECORD`` bytes. Raises TlsFailed."""
        try:
            self._tls.send(data)
        except SSL.Error as error:
            raise TlsFailed from error
        return self.outgoing()

    def close_notify(self) -> bytes:
        """What to send for: nothing more will be written. Reading goes on."""
        try:
            self._tls.shutdown()
        except SSL.Error:
            return b""  # before the handshake has ended, or after a failure
        return self.outgoing()

    def outgoing(self) -> bytes:
        """What TLS itself has to send: of the handshake, alerts, answers to the peer's requests."""
        parts: list[bytes] = []
        try:
            while True:
                part = self._tls.bio_read(_SENT)
                parts.append(part)
                if len(part) < _SENT:
                    break
        except SSL.WantReadError:
            pass
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _give(self) -> bool:
        """Whether there was more to give."""
        if not self._received:
            return False
        self._tls.bio_write(self._received[:RECORD])
        self._received = self._received[RECORD:]
        return True
