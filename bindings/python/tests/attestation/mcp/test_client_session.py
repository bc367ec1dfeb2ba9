"""AttestingClientSession and AgentConnection with the clients of the SDK themselves."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from attested_world import AUDIENCE, IDENTITY, ON_FIRST_LINE, SUBJECT, World
from callgate import PublicKey
from callgate.attestation.core import AttestationProvider, KeyPair
from callgate.attestation.mcp_client import (
    AgentConnection,
    AttestingClientSession,
    TokenSource,
    create_attesting_session,
)
from live_server import served
from mcp.client.session import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client
from peer_processes import PEERS, Keys
from tool_server import tool_server


@asynccontextmanager
async def connected(world: World) -> AsyncIterator[tuple[Any, Any]]:
    """The streams of a client whose server runs in this process, by the machine's clock."""
    world.clock.now = time.time()
    to_server, from_client = anyio.create_memory_object_stream[Any](0)
    to_client, from_server = anyio.create_memory_object_stream[Any](0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tool_server(world).run, from_client, to_client)
        yield from_server, to_server
        tasks.cancel_scope.cancel()


def attesting(world: World, streams: tuple[Any, Any], **options: Any) -> AttestingClientSession:
    return AttestingClientSession(
        *streams,
        attestation_provider=world.provider,
        agent_identity=IDENTITY,
        target_audience=AUDIENCE,
        **options,
    )


def said(result: Any) -> str:
    return str(result.content[0].text)


@pytest.mark.parametrize("key", [False, True], ids=["bearer", "key"])
def test_a_session_is_attested(world: World, key: bool) -> None:
    async def run() -> None:
        options = {"proof_key": world.held().key} if key else {}
        async with (
            connected(world) as streams,
            attesting(world, streams, **options) as session,
        ):
            verified = [session.attestation_verified]
            await session.initialize()
            verified.append(session.attestation_verified)
            assert verified == [False, True]
            assert (session.attestation_status or {})["trust_level"] == "provider"
            assert said(await session.call_tool("whoami", {})) == f"{SUBJECT} provider"
            await session.send_ping()

    anyio.run(run)


def test_another_identity_or_none_is_refused(world: World) -> None:
    async def run() -> None:
        async with connected(world) as streams, ClientSession(*streams) as session:
            with pytest.raises(Exception, match="no token was sent"):
                await session.initialize()
        forger = World()
        async with connected(world) as streams, attesting(forger, streams) as session:
            with pytest.raises(Exception, match="the signature does not verify"):
                await session.initialize()
            assert not session.attestation_verified

    anyio.run(run)


def test_a_server_that_knows_nothing_of_it_is_used_or_left(world: World) -> None:
    @asynccontextmanager
    async def bare() -> AsyncIterator[tuple[Any, Any]]:
        from mcp.server.lowlevel import Server

        server: Any = Server("bare", version="1")
        to_server, from_client = anyio.create_memory_object_stream[Any](0)
        to_client, from_server = anyio.create_memory_object_stream[Any](0)
        async with anyio.create_task_group() as tasks:
            options = server.create_initialization_options()
            tasks.start_soon(server.run, from_client, to_client, options)
            yield from_server, to_server
            tasks.cancel_scope.cancel()

    async def run() -> None:
        async with bare() as streams, attesting(world, streams) as session:
            await session.initialize()
            assert session.attestation_status is None
            assert not session.attestation_verified
        wanted = {"require_server_support": True}
        async with bare() as streams, attesting(world, streams, **wanted) as session:
            with pytest.raises(Exception, match="require_server_support"):
                await session.initialize()

    anyio.run(run)


def test_a_session_starts_without_a_block(keys: Keys) -> None:
    """As the example of the published package has it, over stdio."""

    async def run() -> None:
        command = [str(PEERS / "server.py"), "stdio", keys.public, "attesting"]
        parameters = StdioServerParameters(
            command=sys.executable, args=command, env={"PYTHONPATH": ":".join(sys.path)}
        )
        provider = AttestationProvider(
            issuer="https://issuer.example.com", keypair=KeyPair.load(keys.issuer, "key-1")
        )
        with Path("/dev/null").open("w") as nowhere:
            async with stdio_client(parameters, errlog=nowhere) as (read, write):
                session = create_attesting_session(read, write, provider, IDENTITY, AUDIENCE)
                await session.initialize()
                assert session.attestation_verified
                assert said(await session.call_tool("whoami", {})) == SUBJECT

    anyio.run(run)


@pytest.mark.skipif(ON_FIRST_LINE, reason="mcp 1.x does not speak 2026-07-28")
@pytest.mark.parametrize("mode", ["auto", "legacy", "2026-07-28"])
def test_the_client_of_the_second_line_is_attested(world: World, mode: str) -> None:
    from mcp.client.client import Client

    async def run() -> None:
        world.clock.now = time.time()
        connection = AgentConnection(world.source(), AUDIENCE)
        transport: Any = connection.transport(connected(world))
        async with Client(transport, mode=mode) as client:
            assert said(await client.call_tool("whoami", {})) == f"{SUBJECT} provider"
            assert len((await client.list_tools()).tools) == 3
        assert connection.verified

    anyio.run(run)


@pytest.mark.skipif(ON_FIRST_LINE, reason="mcp 1.x does not speak 2026-07-28")
@pytest.mark.parametrize("mode", ["auto", "legacy", "2026-07-28"])
def test_it_is_so_over_http(world: World, mode: str) -> None:
    """With proofs in either era, and of GET and DELETE."""
    from mcp.client.client import Client
    from mcp.client.streamable_http import streamable_http_client

    proving = World({"require_proof": True})
    proving.clock.now = time.time()

    async def run(url: str) -> None:
        source = proving.source(proof_key=world.held().key)
        connection = AgentConnection(source, AUDIENCE)
        hooks: dict[str, Any] = {"request": [connection.sign_http]}
        async with httpx2.AsyncClient(event_hooks=hooks, timeout=20) as http:
            transport: Any = connection.transport(streamable_http_client(url, http_client=http))
            async with Client(transport, mode=mode) as client:
                assert said(await client.call_tool("whoami", {})) == f"{SUBJECT} provider"
                assert len((await client.list_tools()).tools) == 3
        assert connection.verified

    with served(tool_server(proving).streamable_http_app()) as url:
        anyio.run(run, url)


@pytest.mark.skipif(ON_FIRST_LINE, reason="mcp 1.x does not speak 2026-07-28")
def test_a_token_that_the_server_calls_expired_is_renewed(world: World) -> None:
    """The agent's clock is 400 s behind, so that it takes its first token for a good one."""
    issued: list[float] = []

    def issue(key: PublicKey | None) -> str:
        issued.append(time.time() - (0 if issued else 400))
        return world.provider.create_token(IDENTITY, AUDIENCE, confirmation_key=key, now=issued[-1])

    async def run() -> None:
        source = TokenSource(issue, clock=lambda: time.time() - 400)
        connection = AgentConnection(source, AUDIENCE)
        async with (
            connected(world) as streams,
            attesting(world, streams, connection=connection) as session,
        ):
            await session.discover()
            assert len((await session.list_tools()).tools) == 3
            assert session.attestation_verified
        assert len(issued) == 2

    anyio.run(run)
