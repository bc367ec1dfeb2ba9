"""path_parameter: an id in the path of the operator API."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from callgate.gateway.wire.refusal import Refusal


def path_parameter(request: Request, name: str) -> str:
    """The parameter, percent-decoded once. Raises Refusal for what is not UTF-8."""
    try:
        return unquote_to_bytes(request.path_params[name]).decode()
    except UnicodeDecodeError:
        message = f"{name} in the path is not the percent-encoding of UTF-8"
        raise Refusal("INVALID_ARGUMENT", message) from None
