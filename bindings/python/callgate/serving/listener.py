"""Listener: one server on a socket that was bound before anything else opened."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import final

import uvicorn
from starlette.types import ASGIApp


@final
class Listener(uvicorn.Server):
    """One uvicorn server on a bound socket. Signals are the process's business, not its own.

    ``speaks_tls`` says that ``protocol`` ends TLS itself, as that of ``TrustTls`` does.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        bound: socket.socket,
        protocol: type[asyncio.Protocol],
        tls: ssl.SSLContext | None,
        speaks_tls: bool = False,
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
        self._scheme = "https" if speaks_tls or tls is not None else "http"
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
        return f"{self._scheme}://{host}:{name[1]}"

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
