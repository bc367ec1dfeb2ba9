"""The session that a handshake of the legacy era opens, and the caller it belongs to."""

from __future__ import annotations

from typing import Final, Literal

from callgate import CallgateError
from callgate.attestation._context import AttestationContext
from callgate.attestation._verifier import AttestationVerifier

SESSION_LIFETIME: Final = 3600.0
"""Seconds that a session lives unless configured."""

SessionLifetime = float | Literal["token"]


def check_lifetime(lifetime: SessionLifetime) -> SessionLifetime:
    """Raises CallgateError for what is neither ``"token"`` nor a positive number of seconds."""
    is_number = isinstance(lifetime, (int, float)) and not isinstance(lifetime, bool)
    if lifetime == "token" or (is_number and 0 < lifetime <= 86400):
        return lifetime
    message = "session_lifetime is 'token', or seconds: more than 0, and at most 86400"
    raise CallgateError(message, "INVALID_ARGUMENT", "session_lifetime")


class LegacySession:
    """One session of a verified caller: opened by an ``initialize``, ended by the next, which may
    open another. Not thread-safe.
    """

    def __init__(
        self,
        context: AttestationContext,
        token: str | None,
        *,
        now: float,
        lifetime: SessionLifetime,
    ) -> None:
        """``now`` and ``lifetime`` are in seconds; ``token`` is what proofs of GET refer to."""
        self.context = context
        self.token = token
        expires_at = context.result.expires_at
        if lifetime != "token":
            self.ends_at = now + lifetime
        else:
            self.ends_at = now if expires_at is None else expires_at
        self._over: str | None = None

    def ended(self, verifier: AttestationVerifier, now: float) -> str | None:
        """Why the session has ended; None while it lives. An ended session never lives again.

        A denial of its issuer, ``kid`` or ``jti`` ends it. The token's own ``exp`` does so only if
        the lifetime is ``"token"``.
        """
        if self._over is None:
            self._over = "expired" if now >= self.ends_at else self._denied(verifier, now)
        return self._over

    def _denied(self, verifier: AttestationVerifier, now: float) -> str | None:
        result = self.context.result
        before_expiry = now if result.expires_at is None else min(now, result.expires_at - 1)
        again = verifier.judge_again(result, now=before_expiry)
        return None if again.verified else again.reason

    def end(self) -> None:
        """Ends the session: its caller has to initialize again."""
        self._over = self._over or "expired"

    def may_become(self, other: LegacySession | None) -> bool:
        """Whether ``other`` may replace this session: it must have the same subject."""
        if other is None:
            return False
        return _subject(self.context) == _subject(other.context)

    def is_of(self, context: AttestationContext) -> bool:
        """Whether a token of the modern era belongs to this session's caller."""
        return context.verified and _caller(context) == _caller(self.context)


def _caller(context: AttestationContext) -> tuple[str | None, ...]:
    verdict = context.result.verdict
    key = None if verdict is None else verdict.confirmation_jkt
    return (*_subject(context), key)


def _subject(context: AttestationContext) -> tuple[str | None, str | None]:
    return (context.issuer, context.subject)
