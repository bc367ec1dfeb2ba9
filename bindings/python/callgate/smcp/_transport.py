"""What the synchronous and the asynchronous driver share: requests, bounds, and what went wrong."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Final

from callgate import __version__
from callgate.smcp._address import Address
from callgate.smcp._httpx import httpx2
from callgate.smcp._progress import NDJSON
from callgate.smcp._wire import JSON, HttpRequest, HttpResponse
from callgate.smcp.errors import (
    CertificateRefused,
    ConnectionLost,
    GatewayTimeout,
    GatewayUnreachable,
    ResponseTooLarge,
    SMCPError,
)

# Common servers close idle connections after 5 s. Who sends into one that is just being closed
# cannot know whether the request arrived.
LIMITS: Final = httpx2.Limits(
    max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0
)
_HEADERS: Final = {
    "accept": JSON,
    "accept-encoding": "identity",
    "content-type": JSON,
    "user-agent": f"callgate/{__version__}",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """Where requests go and within which bounds; times in seconds."""

    address: Address
    context: ssl.SSLContext
    connect_timeout: float
    max_response_bytes: int

    def request(self, request: HttpRequest) -> httpx2.Request:
        """As httpx2 takes it. Its transports, unlike its clients, follow no redirect, read no
        environment and keep no cookie."""
        times = {
            "connect": min(self.connect_timeout, request.timeout),
            "read": request.timeout,
            "write": request.timeout,
            "pool": request.timeout,
        }
        url = self.address.base + request.path
        headers = _HEADERS
        if request.on_progress is not None:
            headers = {**_HEADERS, "accept": f"{JSON}, {NDJSON}"}
        return httpx2.Request(
            "POST", url, headers=headers, content=request.body, extensions={"timeout": times}
        )

    def body(self, response: httpx2.Response) -> BoundedBody:
        """Raises ResponseTooLarge if the reply says that it will be."""
        body = BoundedBody(self.max_response_bytes, response.status_code)
        length = response.headers.get("content-length", "")
        if length.isascii() and length.isdigit():
            body.expect(int(length) if len(length) < 20 else self.max_response_bytes + 1)
        return body


class BoundedBody:
    """Collects a reply up to the bound."""

    def __init__(self, limit: int, status: int) -> None:
        self._limit = limit
        self._status = status
        self._chunks: list[bytes] = []
        self._size = 0

    def expect(self, more: int) -> None:
        """Raises ResponseTooLarge if so much more is too much."""
        if self._size + more > self._limit:
            raise ResponseTooLarge(
                f"the gateway's reply has more than {self._limit} bytes",
                code_name="LIMIT_EXCEEDED",
                http_status=self._status,
            )

    def add(self, chunk: bytes) -> None:
        """Raises ResponseTooLarge."""
        self.count(chunk)
        self.keep(chunk)

    def count(self, chunk: bytes) -> None:
        """What was read, whether it is kept or not. Raises ResponseTooLarge."""
        self.expect(len(chunk))
        self._size += len(chunk)

    def keep(self, counted: bytes) -> None:
        """A part of the body."""
        self._chunks.append(counted)

    def response(self, response: httpx2.Response) -> HttpResponse:
        """The reply with this body."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(response.status_code, headers, b"".join(self._chunks))


def failure(error: Exception, request: HttpRequest) -> SMCPError:
    """What an exception of the transport means for the request.

    Only what failed while connecting has certainly sent nothing.
    """
    if isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)):
        if _is_about_certificate(error):
            return CertificateRefused(
                "the gateway's certificate does not verify",
                code_name="UPSTREAM_FAILED",
                dispatched=False,
            )
        why = "no connection in time" if isinstance(error, httpx2.TimeoutException) else "refused"
        return GatewayUnreachable(
            f"the gateway cannot be reached: {why}", code_name="UPSTREAM_FAILED", dispatched=False
        )
    if isinstance(error, (httpx2.TimeoutException, TimeoutError)):
        return GatewayTimeout(
            f"no complete reply from the gateway within {request.timeout:g} s",
            code_name="UPSTREAM_TIMEOUT",
        )
    return ConnectionLost(
        "the connection to the gateway broke before its reply was complete",
        code_name="UPSTREAM_FAILED",
    )


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
