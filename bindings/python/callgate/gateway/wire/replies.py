"""The one place where a result, a denied Decision or an error becomes an HTTP status and a body.

Every failure has the body that clients of all generations understand, and a success never has a
top-level ``error``; docs/gateway-wire.md describes both. Other bodies, such as those for operators,
are made where they belong, with a status from here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timezone
from http import HTTPStatus
from json.encoder import encode_basestring_ascii
from typing import Any, Final

from starlette.exceptions import HTTPException

from callgate import CallgateError, Decision
from callgate._error_codes import MEANINGS, NUMBERS
from callgate._generations import GENERATIONS, Generation, Protocol
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.bounds import Bound, OutOfBounds
from callgate.serving.reply import Reply

# The status of a code; what is not named here has the status of its thousands, below.
_STATUSES: Final[dict[str, int]] = {
    "INVALID_ENVELOPE": 400,
    "RATE_LIMIT_EXCEEDED": 429,
    "SCOPE_NOT_FOUND": 403,
    "CONTEXT_EXCEEDS_PARENT_CEILING": 403,
    "LEDGER_UNAVAILABLE": 503,
    "LEDGER_FULL": 503,
    "CLOCK_STEPPED": 503,
    "AUDIT_UNAVAILABLE": 503,
    "SIGNER_UNAVAILABLE": 503,
    "UPSTREAM_TIMEOUT": 504,
    "UPSTREAM_FAILED": 502,
    "LIMIT_EXCEEDED": 413,
    "INTERNAL_ERROR": 500,
    "INVALID_JSON": 400,
    "INVALID_POLICY": 400,
    "INVALID_ARGUMENT": 400,
}
# The status of a bound, where HTTP has one that says more than that of the code.
_STATUSES_OF_BOUNDS: Final[dict[Bound, int]] = {
    "slow_request": 408,
    "origin": 403,
    "content_type": 415,
    "content_encoding": 415,
}
# To operators what they name is a resource that is not there; what else they get wrong is theirs.
_OPERATORS_STATUSES: Final[dict[str, int]] = {
    **_STATUSES,
    "UNKNOWN_WORKLOAD": 404,
    "UNKNOWN_SESSION": 404,
    "SCOPE_NOT_FOUND": 404,
}
_STATUS_OF_THOUSANDS: Final = {1: 401, 2: 403, 3: 401, 9: 500}
# For answers whose body is another's: health, metrics, operators.
OK: Final = 200
CREATED: Final = 201
UNAUTHORIZED: Final = 401
UNAVAILABLE: Final = 503
# RFC 9110, section 15.5.2: a 401 names the scheme that would do.
_CHALLENGES: Final[dict[Protocol, bytes]] = {"smcp/v1": b"SMCP", "seal/v1": b"SEAL"}


def protocol_of(path: str) -> Protocol:
    """The era in whose numbers a path is answered, known path or not."""
    for generation in GENERATIONS.values():
        folder = generation.invoke_path.rpartition("/")[0]
        if path == folder or path.startswith(folder + "/"):
            return generation.protocol
    return "smcp/v1"


def succeeded(request_id: str | int | None, member: bytes, text: bytes) -> Reply:
    """``member`` is ``b"result"`` or ``b"error"``, ``text`` its JSON, which is not looked into."""
    # Every call has an id: the engine refuses one without.
    id = encode_basestring_ascii(request_id) if isinstance(request_id, str) else str(request_id)
    return Reply(OK, b'{"payload":{"jsonrpc":"2.0","id":%b,"%b":%b}}' % (id.encode(), member, text))


def refused(
    error: CallgateError,
    protocol: Protocol,
    *,
    dispatched: bool | None = None,
    request_id: str | int | None = None,
) -> Reply:
    """The answer to a Refusal, or to what is over a bound and so was not dispatched. Any other
    error of the family tells no more than its code.

    ``dispatched`` and ``request_id`` are for a Refusal that does not know them.
    """
    bound = None
    if isinstance(error, OutOfBounds):
        bound = error.bound
        error = Refusal(
            error.code_name, error.message, dispatched=False, retry_after=error.retry_after
        )
    elif not isinstance(error, Refusal):
        error = Refusal(error.code_name)
    return _failure(
        protocol,
        error.code_name,
        error.message,
        dispatched=dispatched if error.dispatched is None else error.dispatched,
        retry_after=error.retry_after,
        details=error.details,
        request_id=request_id if error.request_id is None else error.request_id,
        status=None if bound is None else _STATUSES_OF_BOUNDS.get(bound),
    )


def denied(decision: Decision, protocol: Protocol, *, dispatched: bool = False) -> Reply:
    """The answer to a Decision that denies.

    Before the signature verified the caller is unknown, and learns the code's fixed meaning, but
    neither place nor reason.
    """
    name = decision.code_name or "INTERNAL_ERROR"
    if decision.signature is None:
        return _failure(protocol, name, MEANINGS[name], dispatched=dispatched)
    return _failure(
        protocol,
        name,
        decision.reason,
        dispatched=dispatched,
        retry_after=decision.retry_after,
        details=_details(decision, protocol),
        request_id=decision.request_id,
    )


def unforeseen(
    protocol: Protocol,
    *,
    dispatched: bool | None = None,
    request_id: str | int | None = None,
) -> Reply:
    """The answer to an unforeseen exception: a denial without detail."""
    name = "INTERNAL_ERROR"
    return _failure(protocol, name, MEANINGS[name], dispatched=dispatched, request_id=request_id)


def http_fault(
    status: int, protocol: Protocol, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Reply:
    """The answer to what is no request of the protocol: 404, 405. ``status`` is Starlette's."""
    name = "INVALID_ARGUMENT" if status < 500 else "INTERNAL_ERROR"
    reply = _failure(protocol, name, HTTPStatus(status).phrase, dispatched=False, status=status)
    return reply._replace(headers=(*reply.headers, *headers))


def malformed(protocol: Protocol) -> Reply:
    """The answer to what is no HTTP."""
    return http_fault(HTTPStatus.BAD_REQUEST, protocol)


def method_not_allowed(*allowed: str) -> HTTPException:
    """To be raised: Starlette's own, with the methods that the path has."""
    headers = {"Allow": ", ".join(allowed)}
    return HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers=headers)


def operators_status(error: CallgateError) -> int:
    """The status of an error in the operator API."""
    return _OPERATORS_STATUSES.get(error.code_name, 400)


def attested(
    protocol: Protocol, security_token: str, expires_at: datetime, session_id: str
) -> Reply:
    """The answer to an attestation: all members that any generation reads."""
    body = {
        "protocol": protocol,
        "status": "attested" if protocol == "smcp/v1" else "success",
        "security_token": security_token,
        "expires_at": expires_at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "session_id": session_id,
    }
    return Reply(OK, _compact(body))


def ended(protocol: Protocol, session_id: str) -> Reply:
    """The answer to an agent that ended its session, or whose session was over already."""
    return Reply(OK, _compact({"protocol": protocol, "status": "ended", "session_id": session_id}))


def listed(generation: Generation, context: str, tools: bytes) -> Reply:
    """The answer to ``GET …/tools``; ``tools`` is the JSON array."""
    head = {
        "protocol": generation.protocol,
        "attestation_endpoint": generation.attest_path,
        "invoke_endpoint": generation.invoke_path,
        "security_context": context,
    }
    return Reply(OK, b'%b,"tools":%b}' % (_compact(head)[:-1], tools))


def _failure(
    protocol: Protocol,
    name: str,
    message: str,
    *,
    dispatched: bool | None = None,
    retry_after: float | None = None,
    details: Mapping[str, Any] | None = None,
    request_id: str | int | None = None,
    status: int | None = None,
) -> Reply:
    number = NUMBERS[protocol][name]
    error: dict[str, Any] = {
        "code": number,
        "name": name,
        "message": message,
        "timestamp": _now(),
        "request_id": request_id,
    }
    body: dict[str, Any] = {
        "protocol": protocol,
        "status": "error",
        "error_code": number,
        "message": message,
    }
    if dispatched is not None:
        body["dispatched"] = error["dispatched"] = dispatched
    if retry_after is not None:
        error["retry_after"] = retry_after
    error["details"] = details or {}
    body["error"] = error
    if status is None:
        status = _status(name, number, retry_after)
    headers = []
    if retry_after is not None:
        # Whole seconds, and never too early.
        headers.append((b"retry-after", b"%d" % max(1, math.ceil(retry_after))))
    if status == 401:
        headers.append((b"www-authenticate", _CHALLENGES[protocol]))
    return Reply(status, _compact(body), tuple(headers), name)


def _status(name: str, number: int, retry_after: float | None) -> int:
    if name == "LIMIT_EXCEEDED" and retry_after is not None:
        return 429
    return _STATUSES.get(name) or _STATUS_OF_THOUSANDS[number // 1000]


def _details(decision: Decision, protocol: Protocol) -> dict[str, Any]:
    numbers = NUMBERS[protocol]
    details: dict[str, Any] = {}
    for member in ("tool", "rule", "capability", "cause"):
        value = getattr(decision, member)
        if value is not None:
            details[member] = value
    failures = [
        {
            "capability": tried.capability,
            "code": numbers[tried.code_name],
            "name": tried.code_name,
            "rule": tried.rule,
            "where": tried.where,
        }
        for tried in decision.details
    ]
    if failures:
        details["failures"] = failures
    return details


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
