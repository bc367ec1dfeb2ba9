"""What ``python -m callgate.attestation.core`` and ``…protocol`` show."""

from __future__ import annotations

import asyncio
import json
from typing import Final

from callgate.attestation._agent import AttestingAgent
from callgate.attestation._claims import AgentIdentity, AgentIntegrity
from callgate.attestation._keys import KeyPair
from callgate.attestation._middleware import AttestationMiddleware
from callgate.attestation._provider import AttestationProvider
from callgate.attestation._result import VerificationResult
from callgate.attestation._trust import IssuerTrust
from callgate.attestation._verifier import AttestationVerifier

_ISSUER: Final = "https://issuer.example"
_SERVER: Final = "https://mcp-server.example"
_IDENTITY: Final = AgentIdentity("claude-4", "claude-sonnet-4", "anthropic", "eu-west-1")


def show_core() -> None:
    """A token issued, verified, and refused the second time and at another server."""
    asyncio.run(_core())


def show_protocol() -> None:
    """A handshake with a token, and one without."""
    asyncio.run(_protocol())


def _made() -> tuple[AttestationProvider, IssuerTrust]:
    keypair = KeyPair.generate("2026-11")
    trust = IssuerTrust(_ISSUER, keys={keypair.kid: keypair.public_key})
    return AttestationProvider(_ISSUER, keypair), trust


async def _core() -> None:
    provider, trust = _made()
    integrity = AgentIntegrity(AgentIntegrity.compute_hash('{"temperature": 0.7}'))
    token = provider.create_token(_IDENTITY, _SERVER, integrity)
    print(f"{_ISSUER} issued a token of {len(token)} characters for {_SERVER}")

    verifier = AttestationVerifier([trust], audience=_SERVER)
    _print("the server", await verifier.verify(token))
    _print("the same token again", await verifier.verify(token))
    _print("no token", await verifier.verify(None))
    elsewhere = AttestationVerifier([trust], audience="https://other.example")
    _print("another server", await elsewhere.verify(provider.create_token(_IDENTITY, _SERVER)))


def _print(what: str, result: VerificationResult) -> None:
    if result.verified:
        print(f"{what}: verified {result.subject}, trust level {result.trust_level}")
    else:
        print(f"{what}: refused ({result.reason}): {result.error}")


async def _protocol() -> None:
    provider, trust = _made()
    agent = AttestingAgent(provider, _IDENTITY)
    middleware = AttestationMiddleware(AttestationVerifier([trust], audience=_SERVER))
    capabilities = agent.inject_into_capabilities({"roots": {"listChanged": True}}, _SERVER)
    print(f"the client sends its capabilities {sorted(capabilities)}")

    for capability in (capabilities, {}):
        params = {"protocolVersion": "2025-11-25", "capabilities": capability}
        result = await middleware.process_initialize(params, request_id=1)
        print(f"should proceed: {result.should_proceed}")
        shown = result.error_response or middleware.get_response_capabilities(result)
        print(json.dumps(shown, indent=2))
