"""A synchronous transport in which one deadline bounds a whole exchange.

Time-outs of sockets begin again with every byte: a server that sends one a second holds a caller
for as long as it likes. Here each read and write gets what is left of the exchange's time.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any, TypeAlias

import httpcore2
import httpx2

_SocketOptions: TypeAlias = Iterable[Any] | None


class Deadline(threading.local):
    """When the exchange of this thread ends, in seconds of the monotonic clock."""

    at: float = float("inf")

    def start(self, seconds: float) -> None:
        """Begins an exchange."""
        self.at = time.monotonic() + seconds

    def bound(self, timeout: float | None) -> float:
        """What is left, if that is less. Raises httpcore2.ReadTimeout when nothing is."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the deadline has passed")
        return left if timeout is None else min(timeout, left)


class DeadlineTransport(httpx2.HTTPTransport):
    """httpx2's transport over sockets that obey ``deadline``. Threads may share it."""

    def __init__(
        self, context: ssl.SSLContext, limits: httpx2.Limits, socket: str | None, deadline: Deadline
    ) -> None:
        super().__init__(verify=context, trust_env=False, limits=limits, uds=socket)
        # httpx2 offers no parameter for it; the test with a dripping server fails without.
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            uds=socket,
            network_backend=_Backend(deadline),
        )


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._inner = httpcore2.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SocketOptions = None,
    ) -> httpcore2.NetworkStream:
        timeout = self._deadline.bound(timeout)
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._deadline)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: _SocketOptions = None
    ) -> httpcore2.NetworkStream:
        timeout = self._deadline.bound(timeout)
        stream = self._inner.connect_unix_socket(path, timeout, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.bound(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.bound(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        timeout = self._deadline.bound(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
