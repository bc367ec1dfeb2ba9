"""The listeners: sockets that are bound before anything else opens, and a server for each."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import final

import uvicorn
from starlette.types import ASGIApp

from callgate import CallgateError
from callgate.gateway.config import AdminSettings, ListenSettings
from callgate.gateway.http.bounded_accept import BoundedAccept
from callgate.gateway.http.protocol import OPERATORS
from callgate.gateway.wire.bounds import OnRefused


@contextlib.contextmanager
def bound_sockets(settings: ListenSettings | AdminSettings) -> Iterator[list[socket.socket]]:
    """The sockets of a listener, bound; closed, and a unix socket's file removed, at the end.

    Raises CallgateError that names the address.
    """
    with contextlib.ExitStack() as stack:
        sockets: list[socket.socket] = []
        if settings.address is not None:
            listener = stack.enter_context(_tcp(settings.address, settings.port))
            sockets.append(listener)
        if settings.unix is not None:
            sockets.append(stack.enter_context(_unix(settings.unix, int(settings.unix_mode, 8))))
        yield sockets


def limit_accepts(
    sockets: Iterable[socket.socket],
    settings: ListenSettings | AdminSettings,
    refused: OnRefused,
) -> None:
    """How many connections the sockets may hold. Before they listen; ``refused`` is told of more.

    A unix socket is open to whom its mode lets in, and has the bounds of HTTP alone.
    """
    for sock in sockets:
        if not isinstance(sock, BoundedAccept):
            continue
        if isinstance(settings, ListenSettings):
            sock.limit(
                settings.max_connections,
                settings.max_connections_per_address,
                refused=refused,
                uncounted=settings.trusted_proxies.networks,
            )
        else:
            most, most_of_one = OPERATORS.connections, OPERATORS.connections_per_address
            sock.limit(most, most_of_one, refused=refused)


def _tcp(address: str, port: int) -> BoundedAccept:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # asyncio turns Nagle's algorithm off for sockets that say that they are TCP alone.
    listener = BoundedAccept(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        raise _error(error, f"{address}:{port}") from error
    return listener


@contextlib.contextmanager
def _unix(path: Path, mode: int) -> Iterator[socket.socket]:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        try:
            _remove_stale(path)
            # Made with no permissions for others at all, and opened up when it is ours.
            before = os.umask(0o177)
            try:
                listener.bind(os.fspath(path))
            finally:
                os.umask(before)
            path.chmod(mode)
        except OSError as error:
            raise _error(error, str(path)) from error
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)
    finally:
        listener.close()


def _remove_stale(path: Path) -> None:
    """Removes the socket of a process that is gone; anything else in its place is an error."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise OSError(errno.EEXIST, "exists and is no socket", str(path))
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), str(path))


def _error(error: OSError, where: str) -> CallgateError:
    message = f"cannot listen: {error.strerror or error}"
    return CallgateError(message, "INVALID_ARGUMENT", where)


@final
class Listener(uvicorn.Server):
    """One uvicorn server on a bound socket. Signals are the process's business, not its own."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        bound: socket.socket,
        protocol: type[asyncio.Protocol],
        tls: ssl.SSLContext | None,
        header_bytes: int,
        keep_alive_seconds: float,
        drain_seconds: float,
        backlog: int,
    ) -> None:
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            backlog=backlog,
            timeout_keep_alive=max(1, round(keep_alive_seconds)),
            timeout_graceful_shutdown=max(1, round(drain_seconds)),
            h11_max_incomplete_event_size=header_bytes,
        )
        if tls is not None:
            config.load()
            config.ssl = tls
        super().__init__(config)
        self._socket = bound
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def run_until_stopped(self) -> None:
        """Serves until ``stop``, then lets requests under way finish within the bound.

        Those that do not are cancelled, and have ended when this returns.
        """
        try:
            await self.serve([self._socket])
        finally:
            under_way = list(self.server_state.tasks)
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    def stop(self, *, at_once: bool = False) -> None:
        """Accepts no more connections, ``at_once`` without waiting for any. May be called again."""
        self.should_exit = True
        self.force_exit = self.force_exit or at_once

    @property
    def url(self) -> str:
        """Where it listens: ``http://127.0.0.1:8700``, ``unix:/run/callgate.sock``."""
        name = self._socket.getsockname()
        if self._socket.family == socket.AF_UNIX:
            return f"unix:{name}"
        host = f"[{name[0]}]" if self._socket.family == socket.AF_INET6 else name[0]
        return f"{'https' if self.config.ssl else 'http'}://{host}:{name[1]}"

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
