"""IssuerTrust: what one issuer may attest. ANY_AUDIENCE: a verifier that does not compare it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal

from callgate import PublicKey
from callgate.attestation._names import SafetyLevel, TrustLevel


class AnyAudience(Enum):
    """The type of ANY_AUDIENCE."""

    ANY_AUDIENCE = "any audience"


ANY_AUDIENCE: Final[Literal[AnyAudience.ANY_AUDIENCE]] = AnyAudience.ANY_AUDIENCE
"""Accepts tokens for any server, so another server that receives one can use it here."""


@dataclass(frozen=True, slots=True)
class IssuerTrust:
    """What one issuer may attest. Other claims of it are refused, although it signed them.

    Where ``keys`` is empty, the verifier's ``key_resolver`` has them.
    """

    issuer: str  # iss, byte for byte
    level: TrustLevel | str = TrustLevel.PROVIDER  # what its tokens give, and must be of
    keys: Mapping[str, PublicKey] = field(default_factory=dict)  # by kid
    trust_domains: Sequence[str] = ()  # of sub, a SPIFFE ID; empty: any subject
    subject_paths: Sequence[str] = ()  # patterns of the path of sub, with *; empty: any
    providers: Sequence[str] = ()  # of agent_identity; empty: any
    model_families: Sequence[str] = ()  # of agent_identity; empty: any
    longest_lifetime: int = 300  # seconds from iat to exp, at most 86400
    lowest_safety_level: SafetyLevel | str | None = None
    denied_key_ids: Sequence[str] = ()
    denied_token_ids: Sequence[str] = ()  # jti

    def native(self, keys: Mapping[str, PublicKey], *, fetches_keys: bool) -> dict[str, Any]:
        """As the engine takes it; ``keys`` are those that are known by now."""
        lowest = self.lowest_safety_level
        return {
            "issuer": self.issuer,
            "level": TrustLevel(self.level).value,
            "keys": list(keys.items()),
            "trust_domains": list(self.trust_domains),
            "subject_paths": list(self.subject_paths),
            "providers": list(self.providers),
            "model_families": list(self.model_families),
            "longest_lifetime": self.longest_lifetime,
            "lowest_safety_level": None if lowest is None else SafetyLevel(lowest).value,
            "denied_key_ids": list(self.denied_key_ids),
            "denied_token_ids": list(self.denied_token_ids),
            "fetches_keys": fetches_keys,
        }
