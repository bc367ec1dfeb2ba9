"""AttestingAgent: the client's side of the handshake, without an SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callgate._types import Instant
from callgate.attestation._capability import ClientAttestationCapability, with_capability
from callgate.attestation._claims import AgentIdentity, AgentIntegrity, AttestationMetadata
from callgate.attestation._names import ATTESTATION_CAPABILITY_KEY
from callgate.attestation._provider import AttestationProvider


@dataclass(frozen=True, slots=True)
class AttestingAgent:
    """Puts a token of its own into every ``initialize``, for protocol versions up to 2025-11-25.

    The tokens have no ``cnf``: each is good for one ``initialize``, so each call makes another.
    """

    provider: AttestationProvider
    identity: AgentIdentity
    integrity: AgentIntegrity | None = None
    metadata: AttestationMetadata | None = None

    def create_token(self, audience: str, *, now: Instant | None = None) -> str:
        """A new token for the server ``audience``. Raises CallgateError as the provider does."""
        return self.provider.create_token(
            self.identity, audience, self.integrity, self.metadata, now=now
        )

    def get_capability(
        self, audience: str, *, now: Instant | None = None
    ) -> ClientAttestationCapability:
        """The capability with a new token."""
        return ClientAttestationCapability(self.create_token(audience, now=now))

    def get_experimental_capabilities(
        self, audience: str, *, now: Instant | None = None
    ) -> dict[str, Any]:
        """What belongs into ``capabilities.experimental``."""
        return {ATTESTATION_CAPABILITY_KEY: self.get_capability(audience, now=now).to_dict()}

    def inject_into_capabilities(
        self, capabilities: Mapping[str, Any], audience: str, *, now: Instant | None = None
    ) -> dict[str, Any]:
        """A copy of ``capabilities`` with the capability; what was passed stays as it is."""
        return with_capability(capabilities, self.get_capability(audience, now=now).to_dict())
