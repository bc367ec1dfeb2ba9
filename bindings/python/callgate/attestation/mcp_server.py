"""MCP servers whose callers are verified, over both lines of the MCP SDK and in both eras.

``create_attesting_server`` makes a low-level server, ``AttestingServer`` wraps one. For servers of
any other kind: ``wrap_asgi`` before an application over Streamable HTTP, ``serve_stdio`` for a
FastMCP or MCPServer on standard input and output, ``wrap_streams`` for a pair of message streams.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from callgate import CallgateError
from callgate.attestation._context import AttestationContext
from callgate.attestation._engine import AttestedMessage, read_attested_message
from callgate.attestation._trust import AnyAudience
from callgate.attestation._verifier import AttestationVerifier
from callgate.attestation.enforcement.asgi import (
    MAX_BODY_BYTES,
    Application,
    AttestedApplication,
)
from callgate.attestation.enforcement.context import context_of
from callgate.attestation.enforcement.guards import Guards, ToolGuard, tool_guard
from callgate.attestation.enforcement.judge import Judge
from callgate.attestation.enforcement.server import AttestingServer
from callgate.attestation.enforcement.session import SESSION_LIFETIME, SessionLifetime
from callgate.attestation.enforcement.streams import attested_streams

__all__ = [
    "AttestationContext",
    "AttestedApplication",
    "AttestedMessage",
    "AttestingServer",
    "ToolGuard",
    "attestation_of",
    "create_attesting_server",
    "read_attested_message",
    "serve_stdio",
    "tool_guard",
    "wrap_asgi",
    "wrap_streams",
]


def create_attesting_server(
    name: str,
    verifier: AttestationVerifier,
    version: str | None = None,
    instructions: str | None = None,
    *,
    audience: str | None = None,
    session_lifetime: SessionLifetime = SESSION_LIFETIME,
    clock: Callable[[], float] = time.time,
) -> AttestingServer:
    """A low-level server of the installed SDK, attesting.

    ``audience`` is the server's URL; CallgateError where the verifier has none or another. Without
    it the verifier's own holds.
    """
    from mcp.server.lowlevel import Server

    if audience is not None and verifier.audience != audience:
        has = "no audience" if isinstance(verifier.audience, AnyAudience) else "another audience"
        message = f"the verifier has {has}: make it with audience={audience!r}"
        raise CallgateError(message, "INVALID_ARGUMENT", "audience")
    server: Any = Server(name, version=version or "", instructions=instructions)
    return AttestingServer(server, verifier, session_lifetime=session_lifetime, clock=clock)


def wrap_asgi(
    app: Application,
    verifier: AttestationVerifier,
    *,
    guards: Iterable[ToolGuard] = (),
    session_lifetime: SessionLifetime = SESSION_LIFETIME,
    open_paths: Iterable[str] = (),
    max_body_bytes: int = MAX_BODY_BYTES,
    clock: Callable[[], float] = time.time,
) -> AttestedApplication:
    """An ASGI application that verifies the callers of ``app``, an MCP server over Streamable HTTP.

    Every path is judged but those at and below ``open_paths``. Put it inside of what authorizes
    users, so that a request that is sent again with another bearer token needs no second proof.
    ``session_lifetime`` is in seconds, or ``"token"``: sessions of the legacy era end with their
    token. A body over ``max_body_bytes`` is refused with 413. ``clock`` gives seconds since 1970.
    """
    judge = Judge(verifier, guards=Guards(guards), session_lifetime=session_lifetime, clock=clock)
    return AttestedApplication(app, judge, open_paths=open_paths, max_body_bytes=max_body_bytes)


def wrap_streams(
    read_stream: Any,
    write_stream: Any,
    verifier: AttestationVerifier,
    *,
    guards: Iterable[ToolGuard] = (),
    session_lifetime: SessionLifetime = SESSION_LIFETIME,
    clock: Callable[[], float] = time.time,
) -> tuple[Any, Any]:
    """The streams of one connection of a server, attesting: pass these to ``Server.run``."""
    judge = Judge(verifier, guards=Guards(guards), session_lifetime=session_lifetime, clock=clock)
    return attested_streams(judge, read_stream, write_stream)


async def serve_stdio(
    server: Any,
    verifier: AttestationVerifier,
    *,
    guards: Iterable[ToolGuard] = (),
    session_lifetime: SessionLifetime = SESSION_LIFETIME,
) -> None:
    """Serves a FastMCP, an MCPServer or a low-level Server on standard input and output."""
    from mcp.server.stdio import stdio_server

    lowlevel = _lowlevel(server)
    async with stdio_server() as (reading, writing):
        judged = wrap_streams(
            reading, writing, verifier, guards=guards, session_lifetime=session_lifetime
        )
        await lowlevel.run(*judged, lowlevel.create_initialization_options())


def attestation_of(context: Any) -> AttestationContext | None:
    """The caller of a request, from what a handler gets of the SDK: the ``Context`` of a tool of
    FastMCP or MCPServer, or the request context of a low-level server.

    None where no wrapper verified it: then deny.
    """
    request_context = getattr(context, "request_context", context)
    return context_of(getattr(request_context, "request", None))


def _lowlevel(server: Any) -> Any:
    for name in ("_lowlevel_server", "_mcp_server"):  # of MCPServer; of FastMCP
        if hasattr(server, name):
            return getattr(server, name)
    return server
