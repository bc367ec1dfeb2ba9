"""Programs written for the public package, on the line of the SDK that is installed."""

import asyncio
import os
import sys
from typing import Any

import anyio
import pytest
from callgate.attestation import (
    AgentIdentity,
    AttestationProvider,
    KeyPair,
    TrustLevel,
)
from callgate.attestation.mcp_client import AttestingClientSession
from document_examples import CLIENT, GIVEN, SERVER, compiled
from mcp.client.stdio import StdioServerParameters

# A server on standard input and output that trusts the key of its argument.
TRUSTING = """
import sys
import anyio
from callgate import PublicKey
from callgate.attestation import AttestationVerifier, IssuerTrust
from callgate.attestation.mcp_server import create_attesting_server

keys = {"my-key": PublicKey.from_base64(sys.argv[1])}
trusted = [IssuerTrust("https://api.anthropic.com", keys=keys)]
verifier = AttestationVerifier(trusted, audience="https://my-mcp-server.com")
server = create_attesting_server("my-server", verifier, audience="https://my-mcp-server.com")

@server.list_tools()
async def list_tools():
    return []

anyio.run(server.run_stdio)
"""


def perform(example: str, **given: Any) -> dict[str, Any]:
    assert given.keys() == GIVEN[example]
    result: dict[str, Any] = asyncio.run(compiled(example, given)())
    return result


def test_a_client_attests_itself_to_a_server_on_stdio(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keypair = KeyPair.generate("my-key")
    # The program makes a key that no server can know yet.
    monkeypatch.setattr(KeyPair, "generate", lambda kid: keypair)
    trusted = keypair.public_key.to_base64()
    parameters = StdioServerParameters(
        command=sys.executable, args=["-c", TRUSTING, trusted], env=dict(os.environ)
    )
    session = perform(CLIENT, server_params=parameters)["session"]
    assert session.attestation_verified
    assert capsys.readouterr().out == "Verified with trust level: provider\n"


def test_a_server_lets_only_attested_clients_in() -> None:
    keypair = KeyPair.generate("2026-11")
    with pytest.warns(UserWarning, match="no audience"):
        made = perform(SERVER, trusted_keypair=keypair, TrustLevel=TrustLevel)
    server = made["attesting_server"]
    assert asyncio.run(admitted(server, keypair))
    assert not asyncio.run(admitted(server, KeyPair.generate("2026-11")))


async def admitted(server: Any, keypair: KeyPair) -> bool:
    to_server, from_client = anyio.create_memory_object_stream[Any](1)
    to_client, from_server = anyio.create_memory_object_stream[Any](16)
    session = AttestingClientSession(
        read_stream=from_server,
        write_stream=to_server,
        attestation_provider=AttestationProvider("https://api.anthropic.com", keypair),
        agent_identity=AgentIdentity("claude-4", "claude-sonnet-4", "anthropic"),
        target_audience="https://my-mcp-server.com",
    )
    async with to_server, from_server, anyio.create_task_group() as tasks:
        tasks.start_soon(server.run, from_client, to_client)
        try:
            async with session:
                with anyio.fail_after(20):
                    await session.initialize()
                return bool(session.attestation_verified)
        except Exception as error:
            assert "signature" in repr(error)
            return False
        finally:
            tasks.cancel_scope.cancel()
