"""PeerProtocol: uvicorn's HTTP/1.1 protocol, which also says who the peer is, and gives routes the
path as it was sent."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable
from typing import Any, Final, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from callgate.serving.peer import EXTENSION, Peer, canonical_address, certificate_thumbprint
from callgate.serving.standing import Standing

# The transport's extra information with the connection's Standing, where one judges chains.
STANDING: Final = "callgate.standing"

# struct ucred of unix(7): pid_t, uid_t, gid_t.
_UCRED = struct.Struct("iII")


class PeerProtocol(H11Protocol):
    """Puts a ``Peer`` into ``scope["extensions"]``, from the socket and TLS, and the path into
    ``scope["path"]`` without decoding it. Where chains are judged, the peer is as of the request.

    Give it to uvicorn as ``http=PeerProtocol``; ASGI itself names no uid and no certificate. A
    decoded path lets two readers see two paths: a proxy that guards ``/metrics`` does not guard
    ``/%6Detrics``. So an encoded character matches no route, and ``path_parameter`` alone decodes.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        standing = transport.get_extra_info(STANDING)
        if isinstance(standing, Standing):
            self.peer = standing.seen
            self.app: Any = _AsJudged(self.app, standing)
        else:
            self.peer = peer_of_transport(transport)
            self.app = _AsSent(self.app, self.peer)


class _AsSent:
    __slots__ = ("_app", "_peer")

    def __init__(self, app: ASGIApp, peer: Peer) -> None:
        self._app = app
        self._peer = peer

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        scope.setdefault("extensions", {})[EXTENSION] = self._peer
        scope["path"] = scope["raw_path"].decode("ascii")
        return self._app(scope, receive, send)


class _AsJudged:
    """The same, with the peer as it is trusted when the request begins."""

    __slots__ = ("_app", "_standing")

    def __init__(self, app: ASGIApp, standing: Standing) -> None:
        self._app = app
        self._standing = standing

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        scope.setdefault("extensions", {})[EXTENSION] = self._standing.peer()
        scope["path"] = scope["raw_path"].decode("ascii")
        return self._app(scope, receive, send)


def peer_of_transport(transport: asyncio.BaseTransport) -> Peer:
    """What the socket and the TLS handshake say. What they do not is ``None``."""
    sock = transport.get_extra_info("socket")
    family = None if sock is None else sock.family
    if family == socket.AF_UNIX:
        return Peer(uid=_uid(sock), certificate_thumbprint=_certificate(transport))
    name = transport.get_extra_info("peername")
    address = None
    if family in (socket.AF_INET, socket.AF_INET6) and isinstance(name, tuple):
        address = canonical_address(str(name[0]))
    return Peer(address=address, certificate_thumbprint=_certificate(transport))


def _uid(sock: Any) -> int | None:
    # The process that connected, as it was at that time. Linux only: elsewhere it is unknown.
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    try:
        _, uid, _ = _UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, option, _UCRED.size))
    except OSError:
        return None
    return int(uid)


def _certificate(transport: asyncio.BaseTransport) -> str | None:
    tls = transport.get_extra_info("ssl_object")
    # Without verification a certificate is a claim, not a fact.
    if tls is None or tls.context.verify_mode == ssl.CERT_NONE:
        return None
    der = tls.getpeercert(binary_form=True)
    return None if not der else certificate_thumbprint(der)
