"""Shows who is calling: a real MCP server that answers attested agents alone, and attacks on it.

Everything runs on loopback: an MCPServer of the official SDK behind ``wrap_asgi``, agents that
speak both eras of the protocol, the eight attacks of the specification, and the whole suite.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import uvicorn
from callgate.attestation import (
    AgentIdentity,
    AttestationProvider,
    AttestationVerifier,
    IssuerTrust,
    KeyPair,
)
from callgate.attestation.attacks import AttackSimulator, attack_report, run_suite, suite_table
from callgate.attestation.mcp_client import AgentConnection, TokenSource
from callgate.attestation.mcp_server import attestation_of, wrap_asgi
from mcp import MCPError
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver import Context, MCPServer
from paint import BOLD, GREEN, RED, paint, say, say_call

ISSUER = "https://issuer.example.com"
ERAS = {"legacy": "initialize, up to 2025-11-25", "auto": "each request, from 2026-07-28 on"}


def tool_server() -> MCPServer:
    """One tool, which says who calls it."""
    server = MCPServer("files", log_level="ERROR")

    @server.tool()
    async def whoami(context: Context) -> str:
        caller = attestation_of(context)
        return "unverified" if caller is None else f"{caller.subject}, {caller.trust_level}"

    return server


@contextlib.asynccontextmanager
async def served(keypair: KeyPair) -> AsyncIterator[str]:
    """The server's URL, on a free port."""
    config = uvicorn.Config("", host="127.0.0.1", port=0, log_level="error")
    bound = config.bind_socket()
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/mcp"
    verifier = AttestationVerifier(
        [IssuerTrust(ISSUER, keys={keypair.kid: keypair.public_key})], audience=url
    )
    config.app = wrap_asgi(tool_server().streamable_http_app(), verifier)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve([bound]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield url
    finally:
        server.should_exit = True
        await running


async def call(url: str, era: str, provider: AttestationProvider | None) -> str:
    """What ``whoami`` answers. Raises MCPError where the server refuses."""
    transport = streamable_http_client(url)
    if provider is not None:
        identity = AgentIdentity(
            model_family="claude-4", model_version="claude-sonnet-4", provider="anthropic"
        )
        source = TokenSource.of_provider(provider, identity, url)
        transport = AgentConnection(source, url).transport(transport)
    async with Client(transport, mode=era) as client:
        result = await client.call_tool("whoami", {})
        return str(result.content[0].text)


def refusal_in(error: BaseException) -> MCPError:
    """The refusal, which the task groups of the SDK wrap. Raises whatever else went wrong."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    if inner:
        return refusal_in(inner[0])
    if isinstance(error, MCPError):
        return error
    raise error


async def show_calls(url: str, keypair: KeyPair) -> bool:
    """One agent with a good token, one with none, one whose key is another's, in both eras."""
    attested = "an agent that the issuer attests"
    agents = {
        attested: AttestationProvider(ISSUER, keypair),
        "an agent without a token": None,
        "an agent that signs its own token": AttestationProvider(
            ISSUER, KeyPair.generate(keypair.kid)
        ),
    }
    answered = []
    for era, carrier in ERAS.items():
        say(f"The token goes with {carrier}:")
        for name, provider in agents.items():
            try:
                say_call("ALLOW", name, f"whoami: {await call(url, era, provider)}")
                answered.append(name)
            except Exception as error:
                say_call("DENY", name, str(refusal_in(error)))
        say()
    return answered == [attested] * len(ERAS)


async def main() -> int:
    say(paint("Agent attestation: who is calling", BOLD))
    say()
    keypair = KeyPair.generate("key-1")
    async with served(keypair) as url:
        good = await show_calls(url, keypair)
    say(paint("The eight attacks of the specification, each really performed", BOLD))
    attacks = await AttackSimulator().run_all_attacks()
    for line in attack_report(attacks):
        say(f"  {line}")
    say()
    say(paint("The whole suite of attacks and malformed input", BOLD))
    suite = await run_suite()
    for line in suite_table(suite):
        say(f"  {line}")
    good &= all(one.blocked for one in attacks) and all(one.passed for one in suite)
    say()
    say(paint("as it should be", GREEN) if good else paint("NOT as it should be", RED))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
