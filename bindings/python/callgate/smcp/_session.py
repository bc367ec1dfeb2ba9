"""What a client knows between requests: its key, its token, and when to renew it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from callgate._generations import Generation
from callgate.smcp._attestation_result import AttestationResult
from callgate.smcp._key import Ed25519Key
from callgate.smcp._timestamp import parse_iso8601_to_unix
from callgate.smcp.errors import ClientClosed, ConfigurationError, NotAttested

EARLY_SECONDS: Final = 60.0  # before its end a token is renewed, or
EARLY_FRACTION: Final = 0.1  # of a life that is short
RENEWAL_PAUSE: Final = 5.0  # seconds between attempts while the old token still lives


# An attestation token opens or renews one session, so what gives a new one may stand for it.
AttestationToken: TypeAlias = "str | Callable[[], str]"


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """How requests are made. Times in seconds, one for a whole exchange, from connect to reply."""

    attest_timeout: float = 10.0
    call_timeout: float = 30.0
    connect_timeout: float = 5.0
    retries: int = 2
    max_response_bytes: int = 16 << 20
    strict_interop: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A security token and the times that matter, in seconds since 1970; None if it did not say."""

    result: AttestationResult
    renew_at: float | None
    ends_at: float | None


@dataclass(slots=True)
class Session:
    """One client's side of a session.

    Attributes are replaced, never changed in place, so that threads see one token or the next.
    """

    generation: Generation
    workload_id: str
    scope: str
    key: Ed25519Key
    options: RequestOptions
    enrolment_secret: str | None = field(default=None, repr=False)
    attestation_token: AttestationToken | None = field(default=None, repr=False)
    result_type: type[AttestationResult] = AttestationResult
    token: Token | None = field(default=None, repr=False)
    last_proof: int = 0
    closed: bool = False

    def live_token(self) -> Token:
        """Raises ClientClosed and NotAttested."""
        self.check_open()
        if self.token is None:
            raise NotAttested("no security token: attest() first")
        return self.token

    def check_open(self) -> None:
        """Raises ClientClosed."""
        if self.closed:
            raise ClientClosed("the client was closed")

    def renewal_is_due(self, now: float) -> bool:
        """Whether the token is near its end."""
        token = self.live_token()
        return token.renew_at is not None and now >= token.renew_at

    def attestation(self) -> str | None:
        """The attestation token to send now. Raises ConfigurationError where it cannot be had."""
        if not callable(self.attestation_token):
            return self.attestation_token
        try:
            token = self.attestation_token()
        except OSError as error:
            message = f"the attestation token cannot be read: {error.strerror}"
            raise ConfigurationError(message) from error
        if not isinstance(token, str) or not token:
            raise ConfigurationError("attestation_token gave no token")
        return token

    def proof_time(self, now: float) -> int:
        """The second to prove the key at. Each is used once, since a gateway takes a proof once."""
        self.last_proof = max(int(now), self.last_proof + 1)
        return self.last_proof


def token_of(result: AttestationResult, now: float) -> Token:
    """Raises VerificationError for an ``expires_at`` that is no time."""
    if result.expires_at is None:
        return Token(result, None, None)
    ends_at = float(parse_iso8601_to_unix(result.expires_at))
    life = ends_at - now
    if life <= 0:  # the clocks disagree; then only the gateway can say when it is over
        return Token(result, None, None)
    return Token(result, ends_at - min(EARLY_SECONDS, life * EARLY_FRACTION), ends_at)
