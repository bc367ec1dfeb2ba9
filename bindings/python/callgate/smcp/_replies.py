"""The replies of a gateway: what of them counts, and the exception for everything else."""

from __future__ import annotations

import re
from typing import Any, Final

from callgate import Limits
from callgate.smcp._attestation_result import AttestationResult
from callgate.smcp._refusals import refusal
from callgate.smcp._session import Session
from callgate.smcp._timestamp import parse_iso8601_to_unix
from callgate.smcp._wire import HttpResponse, invalid, plain, read_object
from callgate.smcp.errors import (
    InvalidResponse,
    ToolCallError,
    VerificationError,
    WrongResponseId,
)

# What fits into an envelope; its form is the gateway's affair.
_TOKEN: Final = re.compile(rf"[\x21-\x7e]{{1,{Limits().max_token_bytes}}}")


def read_attestation(response: HttpResponse, session: Session) -> AttestationResult:
    """Raises GatewayRefused and InvalidResponse."""
    members = _successful(response, session)
    token, expires_at, session_id = map(members.get, ("security_token", "expires_at", "session_id"))
    if not (isinstance(token, str) and _TOKEN.fullmatch(token)):
        raise invalid(response, "has no security_token", dispatched=False)
    if not all(value is None or isinstance(value, str) for value in (expires_at, session_id)):
        raise invalid(response, "has an expires_at or session_id that is no string", False)
    if expires_at is not None:
        try:
            parse_iso8601_to_unix(expires_at)
        except VerificationError:
            raise invalid(response, "has an expires_at that is no time", False) from None
    return session.result_type(token, expires_at, session_id)


def read_ended(response: HttpResponse, session: Session) -> None:
    """Raises GatewayRefused and InvalidResponse."""
    if _successful(response, session).get("status") != "ended":
        raise invalid(response, "does not say that the session ended")


def read_result(response: HttpResponse, session: Session, request_id: str) -> Any:
    """``payload.result`` of the reply to this request.

    Raises GatewayRefused, ToolCallError for ``payload.error``, and InvalidResponse.
    """
    members = _successful(response, session)
    payload = members.get("payload")
    if not isinstance(payload, dict):
        raise invalid(response, "has no payload that is an object")
    if payload.get("jsonrpc") != "2.0":
        raise invalid(response, "has a payload that is not JSON-RPC 2.0")
    if payload.get("id") != request_id:
        raise WrongResponseId(
            "the reply answers another request",
            code_name="UPSTREAM_FAILED",
            http_status=response.status,
            request_id=request_id,
        )
    if "error" in payload:
        raise _tool_call_error(payload, response, request_id)
    if "result" not in payload:
        raise invalid(response, "has neither result nor error")
    result = payload["result"]
    if result is None:  # MCP has objects for results; null is how a missing one is often written
        raise invalid(response, "has a result that is null", dispatched=True)
    return result


def read_tools(result: Any) -> tuple[list[dict[str, Any]], str | None]:
    """The tools of a ``tools/list`` result, and the cursor of the next page."""
    tools = result.get("tools") if isinstance(result, dict) else None
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise InvalidResponse("the reply lists no tools", code_name="UPSTREAM_FAILED")
    cursor = result.get("nextCursor")
    if cursor is not None and not isinstance(cursor, str):
        raise InvalidResponse("the reply's cursor is no string", code_name="UPSTREAM_FAILED")
    return tools, cursor


def _successful(response: HttpResponse, session: Session) -> dict[str, Any]:
    # A reply counts as a success only if all of it says so: published clients took a 403 without
    # "status": "error" for an empty result.
    members = read_object(response)
    says_error = "error" in members or members.get("status") == "error"
    if says_error or response.status >= 400:
        raise refusal(response, members, session.generation.protocol)
    if response.status != 200:
        raise invalid(response, "is no result")
    return members


def _tool_call_error(
    payload: dict[str, Any], response: HttpResponse, request_id: str
) -> ToolCallError | InvalidResponse:
    error = payload["error"]
    if "result" in payload or not isinstance(error, dict):
        return invalid(response, "has an error that is no JSON-RPC error", dispatched=True)
    code, message = error.get("code"), error.get("message")
    if type(code) is not int or not isinstance(message, str):
        return invalid(response, "has an error that is no JSON-RPC error", dispatched=True)
    return ToolCallError(
        f"the tool's server answered with error {code}: {plain(message)}",
        rpc_code=code,
        rpc_message=message,
        rpc_data=error.get("data"),
        request_id=request_id,
        http_status=response.status,
    )
