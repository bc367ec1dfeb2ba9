"""AttestationResult: what ``attest`` returns, in the shapes of both published SDKs."""

from __future__ import annotations

from typing import final


class AttestationResult(str):
    """The security token, as a ``str`` that also says what else the gateway answered.

    ``expires_at`` is ISO 8601 as the gateway wrote it, ``session_id`` the session's id; None where
    the gateway sent none. ``repr`` does not show the token.
    """

    __slots__ = ("expires_at", "session_id")
    expires_at: str | None
    session_id: str | None

    def __new__(
        cls, security_token: str, expires_at: str | None = None, session_id: str | None = None
    ) -> AttestationResult:
        self = super().__new__(cls, security_token)
        self.expires_at = expires_at
        self.session_id = session_id
        return self

    @property
    def security_token(self) -> str:
        """The token itself, as a plain ``str``."""
        return str.__str__(self)

    def __repr__(self) -> str:
        return f"<AttestationResult of session {self.session_id!r}, expires {self.expires_at!r}>"


@final
class UnprintedAttestationResult(AttestationResult):
    """What SEAL clients return: the same, but no form of printing shows the token.

    The published SEAL SDK has an object here, so that its programs print it and take the token from
    ``security_token``. Those of SMCP have a ``str``, which they format into headers.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, format_spec: str) -> str:
        return format(repr(self), format_spec)
