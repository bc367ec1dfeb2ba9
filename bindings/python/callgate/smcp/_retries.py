"""What is sent again: only what cannot have been acted on, and only for reasons that pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from callgate.smcp._wire import Exchange, HttpRequest, HttpResponse
from callgate.smcp.errors import (
    CertificateRefused,
    ConnectionLost,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnreachable,
    InvalidResponse,
    SMCPError,
)

T = TypeVar("T")

FIRST_PAUSE: Final = 0.1  # seconds before a retry; each next one is four times as long
LONGEST_PAUSE: Final = 5.0  # what asks for more is the caller's to wait for
PROOFS: Final = 10  # seconds at which one attestation tries to prove the key
# A tool that no server offers: no trouble of a server, and asking again brings none.
_UNKNOWN_TOOL: Final = "unknown_tool"
# Passing troubles of a gateway. A denial stays a denial however often it is asked for.
_TRANSIENT: Final = frozenset(
    {
        "LEDGER_UNAVAILABLE",
        "AUDIT_UNAVAILABLE",
        "SIGNER_UNAVAILABLE",
        "UPSTREAM_FAILED",
    }
)


def retried(
    build: Callable[[], HttpRequest],
    read: Callable[[HttpResponse], T],
    *,
    retries: int,
    runs_tools: bool,
) -> Exchange[T]:
    """What ``read`` makes of the reply to what ``build`` makes, made again for each attempt."""
    pause = 0.0
    for attempt in range(retries + 1):
        try:
            return read((yield replace(build(), delay=pause)))
        except (GatewayUnreachable, GatewayRefused) as error:
            wait = _pause(error, attempt, runs_tools)
            if wait is None or attempt == retries:
                raise
            pause = wait
    raise AssertionError("unreachable: the last attempt returns or raises")


def with_unused_proof(attempt: Callable[[], Exchange[T]]) -> Exchange[T]:
    """Proves the key at the next second where another process with it was first at this one."""
    for _ in range(PROOFS - 1):
        try:
            return (yield from attempt())
        except GatewayRefused as error:
            cause = (error.details or {}).get("cause")
            if error.code_name != "REPLAY_DETECTED" or cause != "already_seen":
                raise
    return (yield from attempt())


def is_trouble(error: SMCPError) -> bool:
    """Whether it is about the gateway, and not about the request."""
    if isinstance(error, (GatewayUnreachable, GatewayTimeout, ConnectionLost, InvalidResponse)):
        return True
    status = error.http_status
    return status is not None and (status >= 500 or status == 429)


def _pause(error: SMCPError, attempt: int, runs_tools: bool) -> float | None:
    """Seconds until a request may be sent again; None if it may not."""
    if isinstance(error, CertificateRefused) or (runs_tools and error.dispatched is not False):
        return None
    if isinstance(error, GatewayRefused) and not _is_passing(error):
        return None
    pause = max(FIRST_PAUSE * 4**attempt, error.retry_after or 0.0)
    return pause if pause <= LONGEST_PAUSE else None


def _is_passing(error: GatewayRefused) -> bool:
    if error.code_name == "LIMIT_EXCEEDED":  # too large stays too large; too many passes
        return error.retry_after is not None
    cause = (error.details or {}).get("cause")
    return error.code_name in _TRANSIENT and cause != _UNKNOWN_TOOL
