"""Agents that attest themselves to MCP servers, over both lines of the MCP SDK and in both eras.

``AttestingClientSession`` is a ClientSession. ``AgentConnection`` attests what any client of the
SDK sends over a transport, such as the ``Client`` of mcp 2.x.
"""

from __future__ import annotations

import asyncio
from typing import Any

from callgate.attestation import _sdk_line as _sdk_line  # says which mcp it takes, where none is

# isort: split
from mcp.client.session import ClientSession

from callgate import SecretKey
from callgate.attestation._claims import AgentIdentity, AgentIntegrity, AttestationMetadata
from callgate.attestation._provider import AttestationProvider
from callgate.attestation.signing.connection import AgentConnection
from callgate.attestation.signing.source import HeldToken, TokenSource
from callgate.attestation.signing.status import AttestationUnsupported

__all__ = [
    "AgentConnection",
    "AttestationUnsupported",
    "AttestingClientSession",
    "HeldToken",
    "TokenSource",
    "create_attesting_session",
]


class AttestingClientSession(ClientSession):
    """A ClientSession whose ``initialize()``, and on mcp 2.x every request after ``discover()``,
    carries the agent's attestation.

    An ``async with`` block ends it. Without one ``initialize()`` starts it, on asyncio, and it ends
    when the transport closes its streams.
    """

    def __init__(
        self,
        read_stream: Any,
        write_stream: Any,
        attestation_provider: AttestationProvider,
        agent_identity: AgentIdentity,
        target_audience: str,
        agent_integrity: AgentIntegrity | None = None,
        attestation_metadata: AttestationMetadata | None = None,
        *,
        proof_key: SecretKey | None = None,
        require_server_support: bool = False,
        connection: AgentConnection | None = None,
        **session_options: Any,
    ) -> None:
        """``session_options`` are those of ClientSession.

        With ``proof_key`` the token of ``initialize()`` holds its public half, and is worth nothing
        without it; from protocol version 2026-07-28 on each has a key, made for the session unless
        given. ``require_server_support`` has the session fail where the server does not verify
        attestations. ``connection`` is one whose ``sign_http`` a transport over HTTP already has.
        """
        if connection is None:
            source = TokenSource.of_provider(
                attestation_provider,
                agent_identity,
                target_audience,
                integrity=agent_integrity,
                metadata=attestation_metadata,
                proof_key=proof_key,
            )
            connection = AgentConnection(
                source, target_audience, require_server_support=require_server_support
            )
        self._attesting = connection
        self._is_entered = False
        self._background: asyncio.Task[None] | None = None
        reading, writing = connection.streams(read_stream, write_stream)
        options: dict[str, Any] = {**session_options}
        super().__init__(reading, writing, **options)

    @property
    def attestation_status(self) -> dict[str, Any] | None:
        """What the server says of this caller; None before, and of a server that says nothing."""
        return self._attesting.status

    @property
    def attestation_verified(self) -> bool:
        """Whether the server says that it verified this caller."""
        return self._attesting.verified

    async def __aenter__(self) -> AttestingClientSession:
        self._is_entered = True
        await super().__aenter__()
        return self

    async def initialize(self) -> Any:
        """The handshake of the legacy era. Raises the SDK's error where the server refuses it."""
        await self._start()
        return await super().initialize()

    async def discover(self) -> Any:
        """``server/discover`` of the modern era, which mcp 2.x alone speaks."""
        await self._start()
        return await super().discover()

    async def _start(self) -> None:
        if self._is_entered:
            return
        started = asyncio.get_running_loop().create_future()
        self._background = asyncio.create_task(self._run_until_closed(started))
        await started

    async def _run_until_closed(self, started: asyncio.Future[None]) -> None:
        try:
            async with self:
                started.set_result(None)
                await self._attesting.closed()
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)


def create_attesting_session(
    read_stream: Any,
    write_stream: Any,
    provider: AttestationProvider,
    identity: AgentIdentity,
    target_audience: str,
    **options: Any,
) -> AttestingClientSession:
    """An AttestingClientSession, whose other parameters are ``options``."""
    return AttestingClientSession(
        read_stream, write_stream, provider, identity, target_audience, **options
    )
