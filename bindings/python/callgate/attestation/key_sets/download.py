"""Download: one GET of a JWKS, within a deadline and a bound."""

from __future__ import annotations

import os
import ssl
from typing import Final, final

import httpx2

from callgate import CallgateError, __version__
from callgate._deadline import Deadline, DeadlineTransport
from callgate.attestation.key_sets.errors import PermanentFailure, TransientFailure

MOST_BYTES: Final = 256 * 1024
_TYPES: Final = frozenset({"application/json", "application/jwk-set+json"})
_HEADERS: Final = {
    "accept": "application/jwk-set+json, application/json",
    # What is not compressed cannot unfold into more than was sent.
    "accept-encoding": "identity",
    "user-agent": f"callgate/{__version__}",
}


@final
class Download:
    """Gets one URL after the other. Threads may share it.

    It follows no redirect, takes no proxy or other setting from the environment, and resolves
    names as the system does: where a URL leads is what the operator who wrote it decides.
    """

    def __init__(
        self, timeout: float, connections: int, ca_file: str | os.PathLike[str] | None
    ) -> None:
        """``timeout`` in seconds is for a whole exchange, from connecting to the last byte.

        Raises CallgateError where ``ca_file`` holds no certificates in PEM.
        """
        self._timeout: Final = timeout
        self._deadline: Final = Deadline()
        limits = httpx2.Limits(
            max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=4.0
        )
        context = _tls_context(ca_file)
        self._transport: Final = DeadlineTransport(context, limits, None, self._deadline)

    def get(self, url: str) -> bytes:
        """The body. Raises TransientFailure or PermanentFailure, which quote nothing of it."""
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)
        request = httpx2.Request("GET", url, headers=_HEADERS, extensions={"timeout": timeouts})
        self._deadline.start(self._timeout)
        try:
            response = self._transport.handle_request(request)
            try:
                _check(response)
                return _body(response)
            finally:
                response.close()
        except httpx2.TimeoutException as error:
            message = f"no complete reply within {self._timeout:g} s"
            raise TransientFailure(message) from error
        except (httpx2.TransportError, OSError) as error:  # an alert of TLS is an OSError
            why = _certificate_error(error)
            if why is not None:
                message = f"the server's certificate does not verify: {why}"
                raise PermanentFailure(message) from error
            raise TransientFailure("the connection failed or broke") from error

    def close(self) -> None:
        """Ends the connections. May be called more than once."""
        self._transport.close()


def _check(response: httpx2.Response) -> None:
    status = response.status_code
    if status == 429 or status >= 500:
        raise TransientFailure(f"the server answers with status {status}")
    if 300 <= status < 400:
        message = "the server redirects, which is not followed: configure the URL it redirects to"
        raise PermanentFailure(message)
    if status != 200:
        raise PermanentFailure(f"the server answers with status {status}")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise PermanentFailure("the reply's content-type is neither JSON nor a JWK Set")
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise PermanentFailure("the reply is compressed, which was not asked for")
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > 9 or int(length) > MOST_BYTES):
        raise _too_large()


def _body(response: httpx2.Response) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > MOST_BYTES:
            raise _too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large() -> PermanentFailure:
    return PermanentFailure(f"the reply has more than {MOST_BYTES} bytes")


def _certificate_error(error: BaseException | None) -> str | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None


def _tls_context(ca_file: str | os.PathLike[str] | None) -> ssl.SSLContext:
    # Not ssl.create_default_context: that one writes keys to SSLKEYLOGFILE of the environment.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cafile=os.fspath(ca_file))
    except OSError as error:  # ssl.SSLError is one
        message = "ca_file cannot be read as certificates in PEM"
        raise CallgateError(message, "INVALID_ARGUMENT", "ca_file") from error
    return context
