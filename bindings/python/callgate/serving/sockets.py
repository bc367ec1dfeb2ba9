"""The sockets of a listener, bound before anything else opens."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from callgate import CallgateError
from callgate.serving.bounded_accept import BoundedAccept
from callgate.serving.bounds import OnRefused


@contextlib.contextmanager
def bound_sockets(
    *, address: str | None = None, port: int = 0, unix: Path | None = None, unix_mode: int = 0o600
) -> Iterator[list[socket.socket]]:
    """The sockets of a listener, bound; closed, and a unix socket's file removed, at the end.

    ``address`` is an IP address, ``unix`` the path of a unix socket, which gets ``unix_mode``.
    Raises CallgateError that names the address.
    """
    with contextlib.ExitStack() as stack:
        sockets: list[socket.socket] = []
        if address is not None:
            sockets.append(stack.enter_context(_tcp(address, port)))
        if unix is not None:
            sockets.append(stack.enter_context(_unix(unix, unix_mode)))
        yield sockets


def limit_accepts(
    sockets: Iterable[socket.socket],
    most: int,
    most_of_one: int,
    *,
    refused: OnRefused,
    uncounted: Iterable[str] = (),
) -> None:
    """How many connections the sockets may hold, as ``BoundedAccept.limit`` says. Before they
    listen.

    A unix socket is open to the users that its mode admits, and has the bounds of HTTP alone.
    """
    for sock in sockets:
        if isinstance(sock, BoundedAccept):
            sock.limit(most, most_of_one, refused=refused, uncounted=uncounted)


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
