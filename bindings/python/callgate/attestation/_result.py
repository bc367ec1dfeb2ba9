"""VerificationResult: what a verifier says of a caller."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, final

from callgate.attestation._claims import AttestationClaims
from callgate.attestation._engine import AttestationVerdict
from callgate.attestation._names import TrustLevel
from callgate.attestation._reasons import REASONS

_ALWAYS_VERIFIED = ("agent_identity", "attestation_metadata")


@dataclass(frozen=True, slots=True)
class _Stated:
    """What stands for a verdict where there is none: in tests of what acts on results."""

    verified: bool = False
    admitted: bool = False
    trust_level: str = "none"
    issuer: str | None = None
    subject: str | None = None
    reason: str | None = None
    where: str | None = None
    message: str | None = None
    audience_checked: bool = False
    proven: bool = False
    key_id: str | None = None
    token_id: str | None = None
    expires_at: int | None = None
    claims: AttestationClaims | None = None
    error: str | None = None
    error_code: int | None = None


@final
class VerificationResult:
    """Whether a caller is who it says, and whether the policy admits it. True when verified.

    Act on ``admitted``: under ``preferred`` and ``optional`` a caller may be admitted that is not
    verified. Of a caller that is not verified nothing that its token says is reported. Immutable;
    attributes are read from the engine's verdict when they are asked for.
    """

    __slots__ = ("_said",)

    def __init__(
        self,
        verified: bool = False,
        trust_level: TrustLevel = TrustLevel.NONE,
        *,
        admitted: bool = False,
        reason: str | None = None,
    ) -> None:
        """A result for tests of what acts on results. No verifier makes one like it."""
        level = TrustLevel(trust_level).value
        self._said: AttestationVerdict | _Stated = _Stated(verified, admitted, level, reason=reason)

    @property
    def verified(self) -> bool:
        """Whether the caller is who it says."""
        return self._said.verified

    @property
    def admitted(self) -> bool:
        """What the policy makes of it."""
        return self._said.admitted

    @property
    def trust_level(self) -> TrustLevel:
        """That of the issuer; NONE of a caller that is not verified."""
        return TrustLevel(self._said.trust_level) if self.verified else TrustLevel.NONE

    @property
    def issuer(self) -> str | None:
        """``iss`` of the token; None where it is not verified."""
        return self._said.issuer if self.verified else None

    @property
    def subject(self) -> str | None:
        """``sub`` of the token; None where it is not verified."""
        return self._said.subject if self.verified else None

    @property
    def key_id(self) -> str | None:
        """The ``kid`` of the key that verified it; None where it is not verified."""
        return self._said.key_id if self.verified else None

    @property
    def token_id(self) -> str | None:
        """``jti`` of the token; None where it is not verified."""
        return self._said.token_id if self.verified else None

    @property
    def expires_at(self) -> float | None:
        """``exp`` of the token, in seconds since 1970; None where it is not verified."""
        expires_at = self._said.expires_at
        return expires_at / 1000 if self.verified and expires_at is not None else None

    @property
    def reason(self) -> str | None:
        """A name of docs/attestation-reasons.md; None if verified."""
        return self._said.reason

    @property
    def where(self) -> str | None:
        """The part of the token or proof, such as ``header/alg``; None if verified."""
        return self._said.where

    @property
    def error(self) -> str | None:
        """Place and sentence, without text of the token; None if verified."""
        said = self._said
        if isinstance(said, _Stated):
            return said.error
        if said.reason is None:
            return None
        return said.message if said.where is None else f"{said.where}: {said.message}"

    @property
    def error_code(self) -> int | None:
        """The code of the legacy era; None if verified, or admitted without a token."""
        said = self._said
        if isinstance(said, _Stated):
            return said.error_code
        if said.reason is None or (said.reason == "not_provided" and said.admitted):
            return None
        return REASONS[said.reason].legacy_code

    @property
    def audience_checked(self) -> bool:
        """Whether ``aud`` was compared."""
        return self._said.audience_checked

    @property
    def proven(self) -> bool:
        """Whether the caller showed that it has the key of ``cnf``."""
        return self._said.proven

    @property
    def verdict(self) -> AttestationVerdict | None:
        """What the engine said; None of a result that no verifier made."""
        return None if isinstance(self._said, _Stated) else self._said

    @property
    def claims(self) -> AttestationClaims | None:
        """The claims that this package knows; None of a caller that is not verified."""
        if isinstance(self._said, _Stated):
            return self._said.claims
        payload = self.payload
        return None if payload is None else AttestationClaims.from_dict(payload)

    @property
    def payload(self) -> dict[str, Any] | None:
        """All claims of the token, those of its issuer's own too; None where it is not verified."""
        verdict = self.verdict
        if verdict is None or verdict.claims_json is None:
            return None
        payload: dict[str, Any] = json.loads(verdict.claims_json)
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

    def __repr__(self) -> str:
        state = f"of {self.subject!r}" if self.verified else f"reason={self.reason!r}"
        return f"<VerificationResult verified={self.verified} admitted={self.admitted} {state}>"

    @classmethod
    def success(
        cls,
        issuer: str,
        subject: str,
        claims: AttestationClaims,
        trust_level: TrustLevel = TrustLevel.PROVIDER,
    ) -> VerificationResult:
        """A result for tests of what acts on results. No verifier makes one like it."""
        level = TrustLevel(trust_level).value
        return cls._of(_Stated(True, True, level, issuer, subject, claims=claims))

    @classmethod
    def failure(cls, error: str, error_code: int = -32002) -> VerificationResult:
        """A refusal for tests of what acts on results."""
        return cls._of(_Stated(error=error, error_code=error_code))

    @classmethod
    def of(cls, verdict: AttestationVerdict) -> VerificationResult:
        """What the engine said."""
        return cls._of(verdict)

    @classmethod
    def _of(cls, said: AttestationVerdict | _Stated) -> VerificationResult:
        result = cls.__new__(cls)
        result._said = said
        return result
