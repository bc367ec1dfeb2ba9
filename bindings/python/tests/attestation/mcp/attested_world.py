"""An issuer, an agent and a server's verifier, under one clock; messages as their JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from callgate import SecretKey
from callgate.attestation import _sdk_line as sdk
from callgate.attestation.core import (
    AgentIdentity,
    AttestationProvider,
    AttestationVerifier,
    IssuerTrust,
    KeyPair,
)
from callgate.attestation.signing.messages import MessageSigner
from callgate.attestation.signing.source import HeldToken, TokenSource

ISSUER = "https://issuer.example.com"
AUDIENCE = "https://server.example.com/mcp"
LEGACY, MODERN = "2025-06-18", "2026-07-28"
ID = "dev.callgate/agent-attestation"
IDENTITY = AgentIdentity(
    model_family="claude-4", model_version="claude-sonnet-4", provider="anthropic"
)
SUBJECT = "spiffe://anthropic.com/model/claude-sonnet-4"
ON_FIRST_LINE = sdk.LINE == 1


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """Everything of one test. ``verifier_options`` are those of its AttestationVerifier."""

    verifier_options: dict[str, Any] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.keypair = KeyPair.generate("key-1")
        self.provider = AttestationProvider(issuer=ISSUER, keypair=self.keypair)
        self.trust = IssuerTrust(ISSUER, keys={"key-1": self.keypair.public_key})
        options = {"audience": AUDIENCE, **self.verifier_options}
        self.verifier = AttestationVerifier(trusted_issuers=[self.trust], **options)
        self.signer = MessageSigner(AUDIENCE, self.clock)

    def source(self, **options: Any) -> TokenSource:
        return TokenSource.of_provider(
            self.provider, IDENTITY, AUDIENCE, clock=self.clock, **options
        )

    def held(
        self,
        *,
        audience: str = AUDIENCE,
        provider: AttestationProvider | None = None,
        version: str = IDENTITY.model_version,
    ) -> HeldToken:
        """A token with a key."""
        key = SecretKey.generate()
        issuer = provider or self.provider
        identity = replace(IDENTITY, model_version=version)
        token = issuer.create_token(
            identity, audience, confirmation_key=key.public_key, now=self.clock()
        )
        return HeldToken(token, key, self.clock() + 295)

    def bearer(self) -> HeldToken:
        token = self.provider.create_token(IDENTITY, AUDIENCE, now=self.clock())
        return HeldToken(token, None, self.clock() + 295)

    def impostor(self) -> HeldToken:
        """A token that another key signed in the issuer's name."""
        forger = AttestationProvider(issuer=ISSUER, keypair=KeyPair.generate("key-1"))
        return self.held(provider=forger)

    def initialize(self, held: HeldToken | None = None, *, id: int = 1) -> dict[str, Any]:
        message = request(
            "initialize",
            {
                "protocolVersion": LEGACY,
                "capabilities": {},
                "clientInfo": {"name": "agent", "version": "1"},
            },
            id=id,
        )
        return message if held is None else self.signer.handshake(message, held)

    def modern(
        self,
        method: str,
        params: dict[str, Any] | None = None,
        held: HeldToken | None = None,
        *,
        id: int | None = 1,
    ) -> dict[str, Any]:
        """A request of the modern era, or a notification without an id."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "agent", "version": "1"},
        }
        message = request(method, {**(params or {}), "_meta": meta}, id=id)
        return message if held is None else self.signer.request(message, held)

    def call(self, tool: str, held: HeldToken | None = None, *, id: int = 1) -> dict[str, Any]:
        return self.modern("tools/call", {"name": tool, "arguments": {}}, held, id=id)

    def deny(self, **denied: Any) -> None:
        """Trusts the issuer no longer, or not these kids and jtis."""
        if not denied:
            self.verifier.trusted_issuers = []
            return
        keys = {"key-1": self.keypair.public_key}
        self.verifier.trusted_issuers = [IssuerTrust(ISSUER, keys=keys, **denied)]


def request(
    method: str, params: dict[str, Any] | None = None, *, id: int | None = 1
) -> dict[str, Any]:
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    if params is not None:
        message["params"] = params
    return message if id is None else {**message, "id": id}


def text(message: Any) -> bytes:
    return json.dumps(message).encode()
