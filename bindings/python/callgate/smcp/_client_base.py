"""What every client is made of: its parameters, its session, and where the gateway is."""

from __future__ import annotations

import math
import time
from typing import Any, ClassVar, Literal

from callgate._generations import GENERATIONS
from callgate.smcp._address import parse_address
from callgate.smcp._attestation_result import AttestationResult
from callgate.smcp._key import Ed25519Key
from callgate.smcp._session import AttestationToken, RequestOptions, Session
from callgate.smcp._tls import Path, tls_context
from callgate.smcp._transport import Connection
from callgate.smcp.errors import ConfigurationError

GenerationName = Literal["A", "B", "C"]


class ClientBase:
    """The parameters of all clients; see docs/sdk-python.md.

    ``gateway_url``: ``https://…``, ``http://…`` on loopback, or ``unix:/path``. ``workload_id`` and
    ``security_scope``: who attests, and for which SecurityContext. All others are keyword-only.
    ``attestation_token`` is one, or a function that returns another for each attestation.
    Times are in seconds and bound a whole exchange. Raises ConfigurationError.
    """

    _generation: ClassVar[GenerationName]
    _result_type: ClassVar[type[AttestationResult]] = AttestationResult

    def __init__(
        self,
        gateway_url: str,
        workload_id: str,
        security_scope: str,
        *,
        generation: GenerationName | None = None,
        key: Ed25519Key | None = None,
        enrolment_secret: str | None = None,
        attestation_token: AttestationToken | None = None,
        attest_timeout: float = 10.0,
        call_timeout: float = 30.0,
        connect_timeout: float = 5.0,
        retries: int = 2,
        max_response_bytes: int = 16 << 20,
        ca_file: Path | None = None,
        client_certificate: Path | tuple[Path, Path] | None = None,
        strict_interop: bool = False,
    ) -> None:
        address = parse_address(gateway_url)
        _check_text(workload_id, "workload_id")
        _check_text(security_scope, "security_scope")
        if enrolment_secret is not None:
            _check_text(enrolment_secret, "enrolment_secret")
        if attestation_token is not None and not callable(attestation_token):
            _check_text(attestation_token, "attestation_token")
        for name, seconds in (
            ("attest_timeout", attest_timeout),
            ("call_timeout", call_timeout),
            ("connect_timeout", connect_timeout),
        ):
            if not (_is_number(seconds) and 0 < seconds < math.inf):
                raise ConfigurationError(f"{name} must be a number of seconds above 0")
        if not (type(retries) is int and 0 <= retries <= 10):
            raise ConfigurationError("retries must be an integer from 0 to 10")
        if not (type(max_response_bytes) is int and max_response_bytes > 0):
            raise ConfigurationError("max_response_bytes must be an integer above 0")
        generation = self._generation if generation is None else generation
        if generation not in GENERATIONS:
            raise ConfigurationError('generation must be "A", "B" or "C"')
        context = tls_context(address, ca_file, client_certificate)
        options = RequestOptions(
            attest_timeout,
            call_timeout,
            connect_timeout,
            retries,
            max_response_bytes,
            strict_interop,
        )
        self.gateway_url = gateway_url.rstrip("/")
        self.workload_id = workload_id
        self.security_scope = security_scope
        self.key = Ed25519Key.generate() if key is None else key
        self._owns_key = key is None
        self._clock = time.time
        self._connection = Connection(address, context, connect_timeout, max_response_bytes)
        self._session = Session(
            GENERATIONS[generation], workload_id, security_scope, self.key, options,
            enrolment_secret, attestation_token, self._result_type,
        )  # fmt: skip
        self._open()

    def _open(self) -> None:
        """Makes the driver. Nothing is sent yet."""
        raise NotImplementedError

    @property
    def security_token(self) -> str | None:
        """The token of the last attestation; None before the first."""
        token = self._session.token
        return None if token is None else token.result.security_token

    @property
    def expires_at(self) -> str | None:
        """When the token ends, ISO 8601; None before the first, or if the gateway did not say."""
        token = self._session.token
        return None if token is None else token.result.expires_at

    @property
    def session_id(self) -> str | None:
        """The session's id; None before the first, or if the gateway did not say."""
        token = self._session.token
        return None if token is None else token.result.session_id

    def __del__(self) -> None:
        # A constructor that raised leaves no session.
        if hasattr(self, "_session"):
            self._erase()

    def __repr__(self) -> str:
        state = "closed" if self._session.closed else f"session {self.session_id!r}"
        return f"<{type(self).__name__} of {self.workload_id!r}, {state}>"

    def _erase(self) -> None:
        """Ends what needs no connection. A key that was passed is its owner's to erase."""
        self._session.closed = True
        if self._owns_key:
            self.key.erase()


def _check_text(value: Any, name: str) -> None:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{name} must be a string that is not empty")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ConfigurationError(f"{name} holds a lone surrogate, which is no Unicode text")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
