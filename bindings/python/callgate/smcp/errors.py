"""What can go wrong between a client and a gateway, told apart by class or code name."""

from __future__ import annotations

from typing import Any

from callgate import CallgateError
from callgate._error_codes import NAMES


class SMCPError(CallgateError):
    """Any failure of an SDK call. ``SEALError`` is another name of this class.

    ``code_name`` and ``code`` are those of docs/error-codes.md; ``status_code`` is the number in
    the generation of the path, which differs from ``code`` on SEAL paths only. An error that a
    program makes without a code has none of the three. ``http_status`` is the reply's,
    ``retry_after`` in seconds, ``request_id`` the JSON-RPC id of the call. ``dispatched`` says
    whether the tool may have run: False no, True the call was sent to its server, None unknown.
    """

    # Wider than in the base, which mypy refuses for attributes: errors of the engine always have a
    # code, and those that programs make may have none.
    code_name: str | None  # type: ignore[assignment]
    code: int | None  # type: ignore[assignment]

    def __init__(
        self,
        message: str,
        status_code: int | None = None,
        *,
        code_name: str | None = None,
        dispatched: bool | None = None,
        retry_after: float | None = None,
        request_id: str | int | None = None,
        http_status: int | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        if code_name is None and status_code is not None:
            code_name = NAMES["smcp/v1"].get(status_code)
        super().__init__(message, code_name or "INTERNAL_ERROR")
        if code_name is None:
            self.code_name = self.code = None
            self.args = (message, None, None)
        self.status_code = self.code if status_code is None else status_code
        self.dispatched = dispatched
        self.retry_after = retry_after
        self.request_id = request_id
        self.http_status = http_status
        self.details = details

    def __str__(self) -> str:
        return self.message


SEALError = SMCPError


class _NothingSent(SMCPError):
    """The caller's to mend."""

    def __init__(self, message: str, *, code_name: str = "INVALID_ARGUMENT") -> None:
        super().__init__(message, code_name=code_name, dispatched=False)


class ConfigurationError(_NothingSent, ValueError):
    """A parameter of a client that cannot be right. ``INVALID_ARGUMENT``."""


class PayloadError(_NothingSent, ValueError):
    """An argument of a call that cannot be sent: nothing was. ``INVALID_ARGUMENT``."""


class NotAttested(_NothingSent):
    """A call before ``attest``. ``INVALID_ARGUMENT``."""


class ClientClosed(_NothingSent):
    """A client, or a key, that was closed. ``INVALID_ARGUMENT``."""


class VerificationError(SMCPError):
    """An envelope that does not verify: malformed, forged, of another protocol, or too old."""


class GatewayUnreachable(SMCPError):
    """No connection: nothing was sent. ``UPSTREAM_FAILED``, ``dispatched`` False."""


class CertificateRefused(GatewayUnreachable):
    """The gateway's certificate does not verify. Not retried."""


class ConnectionLost(SMCPError):
    """The connection broke after the request began. ``UPSTREAM_FAILED``, ``dispatched`` None."""


class GatewayTimeout(SMCPError):
    """No complete reply within the time-out. ``UPSTREAM_TIMEOUT``, ``dispatched`` None."""


class InvalidResponse(SMCPError):
    """A reply that is not of the protocol, so not a result. ``UPSTREAM_FAILED``."""


class RedirectRefused(InvalidResponse):
    """The gateway answered with a redirect; a signed envelope is not sent elsewhere."""


class ResponseTooLarge(InvalidResponse):
    """The reply exceeds ``max_response_bytes`` and was not read on. ``LIMIT_EXCEEDED``."""


class WrongResponseId(InvalidResponse):
    """The reply answers another request."""


class GatewayRefused(SMCPError):
    """The gateway answered with an error; its code, name and message are this exception's."""


class ToolDenied(GatewayRefused):
    """Policy denied the call: names of the 2xxx range."""


class TokenRefused(GatewayRefused):
    """``INVALID_TOKEN`` or ``EXPIRED_TOKEN``, after the one renewal that the SDK tries."""


class ToolCallError(SMCPError):
    """The tool's server answered with a JSON-RPC error. ``UPSTREAM_FAILED``, ``dispatched`` True.

    ``rpc_code``, ``rpc_message`` and ``rpc_data`` are the server's own.
    """

    def __init__(
        self,
        message: str,
        *,
        rpc_code: int,
        rpc_message: str,
        rpc_data: object,
        request_id: str | int | None,
        http_status: int | None = None,
    ) -> None:
        super().__init__(
            message,
            code_name="UPSTREAM_FAILED",
            dispatched=True,
            request_id=request_id,
            http_status=http_status,
        )
        self.rpc_code = rpc_code
        self.rpc_message = rpc_message
        self.rpc_data = rpc_data
