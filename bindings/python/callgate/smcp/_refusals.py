"""An error body of any generation, or of a proxy before the gateway, as one exception."""

from __future__ import annotations

from typing import Any, Final

from callgate._error_codes import NAMES, NUMBERS
from callgate._generations import Protocol
from callgate.smcp._wire import HttpResponse, plain, retry_after_header
from callgate.smcp.errors import GatewayRefused, TokenRefused, ToolDenied

_LONGEST: Final = 1e9  # seconds; more is no time to wait
_RENEWABLE: Final = ("INVALID_TOKEN", "EXPIRED_TOKEN")


def refusal(response: HttpResponse, body: dict[str, Any], protocol: Protocol) -> GatewayRefused:
    """The exception that says what the gateway said.

    It understands the nested form (``error.code``, ``error.name``), the flat one (``error_code``)
    and what is no body of the protocol (``{"detail": …}``, ``{"error": "unauthorized"}``).
    """
    nested = body.get("error")
    error: dict[str, Any] = nested if isinstance(nested, dict) else {}
    number = _first(error.get("code"), body.get("error_code"), kind=int)
    name = _first(error.get("name"), error.get("code"), body.get("error_code"), kind=str)
    if name not in NUMBERS[protocol]:
        name = NAMES[protocol].get(number) if number is not None else None
    message = _first(
        error.get("message"), body.get("message"), nested, body.get("detail"), kind=str
    )
    text = plain(message) if message else "no reason given"
    if name is None:
        name = "UPSTREAM_FAILED"
        text = f"status {response.status} with no error code of this protocol: {text}"
    details = error.get("details")
    return _class(name)(
        text,
        number,
        code_name=name,
        dispatched=_first(error.get("dispatched"), body.get("dispatched"), kind=bool),
        retry_after=_retry_after(error.get("retry_after"), response),
        request_id=_request_id(error.get("request_id")),
        http_status=response.status,
        details=details if isinstance(details, dict) and details else None,
    )


def _class(name: str) -> type[GatewayRefused]:
    if name in _RENEWABLE:
        return TokenRefused
    return ToolDenied if NUMBERS["smcp/v1"][name] // 1000 == 2 else GatewayRefused


def _first(*values: object, kind: type) -> Any:
    # type() and not isinstance: True is no number.
    return next((value for value in values if type(value) is kind), None)


def _request_id(value: object) -> str | int | None:
    if type(value) is str:
        return plain(value, 128)
    return value if type(value) is int else None


def _retry_after(value: object, response: HttpResponse) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < _LONGEST:
        return float(value)
    return retry_after_header(response)
