"""TrustTls: the TLS of a listener that asks for any certificate and lets a judge decide."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, final

from callgate.serving.judge import Judge
from callgate.serving.peer import Peer
from callgate.serving.standing import Standing
from callgate.serving.tls.connection import TlsConnection
from callgate.serving.tls.context import MinimumVersion, read_context
from callgate.serving.tls.engine import TlsEngine


@final
class TrustTls:
    """What a listener's connections share. Of one event loop.

    A client that presents a certificate which is not trusted, or none, completes its handshake, and
    the application says what it may not do. No session is resumed and none renegotiated, so the
    chain of a connection is that of its one handshake.
    """

    def __init__(
        self,
        *,
        certificate: Path,
        key: Path,
        judge: Judge,
        minimum_version: MinimumVersion = "1.2",
        handshake_seconds: float = 10,
    ) -> None:
        """As ``read_context`` has files and version. Raises CallgateError."""
        self.handshake_seconds = handshake_seconds
        self._files = (certificate, key)
        self._minimum_version: MinimumVersion = minimum_version
        self._judge = judge
        self._connections: set[TlsConnection] = set()
        self._context = read_context(certificate, key, minimum_version)

    @property
    def files(self) -> tuple[str, ...]:
        """What ``reload`` reads."""
        return tuple(os.fspath(path) for path in self._files)

    def reload(self) -> None:
        """Reads certificate and key again, for connections to come. Where they are no pair, as
        between the replacement of one and of the other, CallgateError, and nothing changes."""
        self._context = read_context(*self._files, self._minimum_version)

    def protocol(self, inner: Callable[..., asyncio.Protocol]) -> type[asyncio.Protocol]:
        """The class for uvicorn's ``http=``: TLS in front of ``inner``, such a class itself."""

        def begin(connection: TlsConnection, *, server_state: Any, **others: Any) -> None:
            behind = inner(server_state=server_state, **others)
            TlsConnection.__init__(connection, self, behind, server_state.connections)

        return type("TrustTlsConnection", (TlsConnection,), {"__init__": begin})

    def close_where(self, predicate: Callable[[Peer], bool]) -> int:
        """Closes the connections whose peer is as ``predicate`` says, and returns how many.

        It is given the peer as it was last trusted, or as it was seen where it never was. Requests
        under way are cut off: their peer is not to have the rest of the answer either.
        """
        chosen = [
            one
            for one in self._connections
            if one.standing is not None and predicate(one.standing.last)
        ]
        for one in chosen:
            one.abort()
        return len(chosen)

    @property
    def open(self) -> int:
        """How many connections there are, with those whose handshake has not ended."""
        return len(self._connections)

    # For the connections.

    def engine(self) -> TlsEngine:
        """With the certificate of now."""
        return TlsEngine(self._context)

    def standing(self, seen: Peer) -> Standing:
        """Of a peer that has shown its chain."""
        return Standing(self._judge, seen)

    def opened(self, connection: TlsConnection) -> None:
        """A connection was accepted."""
        self._connections.add(connection)

    def closed(self, connection: TlsConnection) -> None:
        """It ended."""
        self._connections.discard(connection)
