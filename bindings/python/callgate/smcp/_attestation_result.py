"""AttestationResult: what ``attest`` returns, in the shapes of both published SDKs."""

from __future__ import annotations


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
