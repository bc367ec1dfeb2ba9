"""VerificationResult: what a verifier says of a caller."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from callgate.attestation._claims import AttestationClaims
from callgate.attestation._engine import AttestationVerdict
from callgate.attestation._names import TrustLevel
from callgate.attestation._reasons import REASONS

_ALWAYS_VERIFIED = ("agent_identity", "attestation_metadata")


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """Whether a caller is who it says, and whether the policy admits it. True when verified.

    Act on ``admitted``: under ``preferred`` and ``optional`` a caller may be admitted that is not
    verified. Of a caller that is not verified nothing that its token says is reported.
    """

    verified: bool = False
    trust_level: TrustLevel = TrustLevel.NONE
    issuer: str | None = None
    subject: str | None = None
    error: str | None = None  # place and sentence, without text of the token; None if verified
    error_code: int | None = None  # of the legacy era; None if verified, or admitted without token
    reason: str | None = None  # a name of docs/attestation-reasons.md; None if verified
    where: str | None = None  # the part of the token or proof: "header/alg", "claims/exp"
    admitted: bool = False  # what the policy makes of it
    audience_checked: bool = False  # whether aud was compared
    proven: bool = False  # whether the caller showed that it has the key of cnf
    key_id: str | None = None
    token_id: str | None = None  # jti
    expires_at: float | None = None  # seconds since 1970: exp of the token
    verdict: AttestationVerdict | None = field(default=None, repr=False)
    made_claims: AttestationClaims | None = field(default=None, repr=False)  # by success()

    @property
    def claims(self) -> AttestationClaims | None:
        """The claims that this package knows; None of a caller that is not verified."""
        payload = self.payload
        return self.made_claims if payload is None else AttestationClaims.from_dict(payload)

    @property
    def payload(self) -> dict[str, Any] | None:
        """All claims of the token, those of its issuer's own too; None where it is not verified."""
        if self.verdict is None or self.verdict.claims_json is None:
            return None
        payload: dict[str, Any] = json.loads(self.verdict.claims_json)
        return payload

    @property
    def verified_claims(self) -> list[str]:
        """The names of the claims about the agent that were verified."""
        if not self.verified:
            return []
        names = list(_ALWAYS_VERIFIED)
        claims = self.claims
        if claims is not None and claims.agent_integrity is not None:
            names.append("agent_integrity")
        return names

    def __bool__(self) -> bool:
        return self.verified

    @classmethod
    def success(
        cls,
        issuer: str,
        subject: str,
        claims: AttestationClaims,
        trust_level: TrustLevel = TrustLevel.PROVIDER,
    ) -> VerificationResult:
        """A result for tests of what acts on results. No verifier makes one like it."""
        return cls(
            verified=True,
            admitted=True,
            trust_level=trust_level,
            issuer=issuer,
            subject=subject,
            made_claims=claims,
        )

    @classmethod
    def failure(cls, error: str, error_code: int = -32002) -> VerificationResult:
        """A refusal for tests of what acts on results."""
        return cls(error=error, error_code=error_code)

    @classmethod
    def of(cls, verdict: AttestationVerdict) -> VerificationResult:
        """What the engine said."""
        if verdict.reason is not None:
            absent = verdict.reason == "not_provided"
            code = REASONS[verdict.reason].legacy_code
            place = "" if verdict.where is None else f"{verdict.where}: "
            return cls(
                error=f"{place}{verdict.message}",
                error_code=None if absent and verdict.admitted else code,
                reason=verdict.reason,
                where=verdict.where,
                admitted=verdict.admitted,
                audience_checked=verdict.audience_checked,
                verdict=verdict,
            )
        return cls(
            verified=verdict.verified,
            admitted=verdict.admitted,
            trust_level=TrustLevel(verdict.trust_level),
            issuer=verdict.issuer,
            subject=verdict.subject,
            audience_checked=verdict.audience_checked,
            proven=verdict.proven,
            key_id=verdict.key_id,
            token_id=verdict.token_id,
            expires_at=None if verdict.expires_at is None else verdict.expires_at / 1000,
            verdict=verdict,
        )
