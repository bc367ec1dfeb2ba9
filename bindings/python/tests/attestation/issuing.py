"""An issuer, a server that trusts it, and requests of the modern era, for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

from callgate import SecretKey
from callgate.attestation import (
    ATTESTATION_EXTENSION,
    AgentIdentity,
    AttestationProvider,
    AttestationVerifier,
    InMemoryKeyResolver,
    IssuerTrust,
    KeyPair,
    VerificationResult,
    _engine,
)

ISSUER = "https://issuer.example"
SERVER = "https://server.example"
NOW = 1_735_084_900
IDENTITY = AgentIdentity("claude-4", "claude-sonnet-4", "anthropic")
KEYPAIR = KeyPair.generate("2026-11")
AGENT_KEY = SecretKey.generate()

_T = TypeVar("_T")


def run(work: Coroutine[Any, Any, _T]) -> _T:
    return asyncio.run(work)


def issue(**options: Any) -> str:
    settings = {"now": NOW, "audience": SERVER, **options}
    return AttestationProvider(ISSUER, KEYPAIR).create_token(IDENTITY, **settings)


def issue_confirmed(**options: Any) -> str:
    return issue(confirmation_key=AGENT_KEY.public_key, **options)


def pinned(**options: Any) -> IssuerTrust:
    return IssuerTrust(ISSUER, **{"keys": {KEYPAIR.kid: KEYPAIR.public_key}, **options})


def resolver_of(*keypairs: KeyPair) -> InMemoryKeyResolver:
    resolver = InMemoryKeyResolver()
    for keypair in keypairs:
        resolver.add_keypair(ISSUER, keypair)
    return resolver


def make_verifier(**options: Any) -> AttestationVerifier:
    settings: dict[str, Any] = {"trusted_issuers": [pinned()], "audience": SERVER, **options}
    return AttestationVerifier(**settings)


def verify(verifier: AttestationVerifier, token: str | None, **options: Any) -> VerificationResult:
    return run(verifier.verify(token, **{"now": NOW, **options}))


def prove(token: str, params: dict[str, Any], *, now: int = NOW) -> str:
    digest = _engine.attestation_request_hash(json.dumps(params).encode(), "modern")
    return _engine.issue_request_proof(token, SERVER, "tools/call", digest, AGENT_KEY, now * 1000)


def modern_request(token: str, params: dict[str, Any], **members: Any) -> _engine.AttestedMessage:
    version = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}
    meta = {**version, ATTESTATION_EXTENSION: {"token": token, **members}}
    request = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {**params, "_meta": meta},
    }
    return _engine.read_attested_message(json.dumps(request).encode())
