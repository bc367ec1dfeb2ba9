"""World: an issuer, a server that trusts it, and what an attacker needs to forge tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from callgate import SecretKey
from callgate._types import Instant
from callgate.attestation._claims import AgentIdentity, AttestationMetadata
from callgate.attestation._keys import KeyPair
from callgate.attestation._provider import AttestationProvider
from callgate.attestation._trust import IssuerTrust
from callgate.attestation._verifier import AttestationVerifier

ISSUER: Final = "https://api.anthropic.com"
SERVER: Final = "https://mcp-server.example.com"
OTHER_SERVER: Final = "https://other-server.example.com"
KID: Final = "anthropic-2025-01"
NOW: Final = 1_735_084_900
"""The time of every attack, so that none depends on the clock."""
IDENTITY: Final = AgentIdentity("claude-4", "claude-sonnet-4", "anthropic")

Members = Mapping[str, Any]
"""Changes to an object: a value of ``...`` removes the member."""


class World:
    """A fresh one for every attack: its own keys, and verifiers with memories of their own."""

    def __init__(self) -> None:
        self.keypair = KeyPair.generate(KID)
        self.agent_key = SecretKey.generate()
        self.provider = AttestationProvider(ISSUER, self.keypair)

    def verifier(
        self, *more: IssuerTrust, trust: Members | None = None, **options: Any
    ) -> AttestationVerifier:
        """A server that trusts the issuer, with these further issuers and settings."""
        settings: dict[str, Any] = {"audience": SERVER, **options}
        own = IssuerTrust(ISSUER, keys={KID: self.keypair.public_key}, **(trust or {}))
        return AttestationVerifier([own, *more], **settings)

    def genuine(self, *, audience: str = SERVER, now: Instant = NOW, **options: Any) -> str:
        """A token as the issuer issues it."""
        options.setdefault("metadata", AttestationMetadata())
        return self.provider.create_token(IDENTITY, audience, now=now, **options)

    def confirmed(self) -> str:
        """A genuine token with the agent's key in ``cnf``."""
        return self.genuine(confirmation_key=self.agent_key.public_key)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a genuine token, changed."""
        return changed(read(self.genuine())[1], changes)

    def nested(self, name: str, **changes: Any) -> dict[str, Any]:
        """The claims of a genuine token, with one object in them changed."""
        claims = self.claims()
        return {**claims, name: changed(claims.get(name, {}), changes)}

    def signed(
        self,
        claims: Members | bytes | None = None,
        header: Members | bytes | None = None,
        key: SecretKey | None = None,
    ) -> str:
        """A token with this payload and header (changes, or all its bytes), correctly signed.

        The issuer's own key signs unless another is given: what is wrong is what is signed.
        """
        signer = key or self.keypair.private_key
        if not isinstance(header, bytes):
            header = written(changed({"alg": "EdDSA", "typ": "JWT", "kid": KID}, header or {}))
        if not isinstance(claims, bytes):
            claims = written(self.claims() if claims is None else claims)
        signing_input = f"{encoded(header)}.{encoded(claims)}"
        return f"{signing_input}.{encoded(signer.sign(signing_input))}"

    def resigned(self, signature: bytes) -> str:
        """A genuine token with another signature."""
        return f"{self.genuine().rpartition('.')[0]}.{encoded(signature)}"


def changed(members: Members, changes: Members) -> dict[str, Any]:
    """A copy with the changes."""
    after = {**members, **changes}
    return {name: value for name, value in after.items() if value is not ...}


def written(value: object) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(part: str) -> bytes:
    """The bytes of a part of a token."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def read(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Header, payload and signature of a token that is well-formed, unverified."""
    header, payload, signature = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(payload)), decoded(signature)


def edited(token: str, changes: Members) -> str:
    """The token with claims changed and the signature kept, as who does not have the key would."""
    header, payload, signature = token.split(".")
    claims = changed(json.loads(decoded(payload)), changes)
    return f"{header}.{encoded(written(claims))}.{signature}"
