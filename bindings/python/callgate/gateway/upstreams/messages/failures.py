"""Every way in which an upstream fails a call, each with its cause and fixed sentence."""

from __future__ import annotations

from typing import Literal

from callgate.gateway.wire.refusal import Refusal

Cause = Literal[
    "busy",
    "closed",
    "connect_failed",
    "connection_lost",
    "content_encoding",
    "content_type",
    "crashed",
    "endless_message",
    "http_status",
    "invalid_response",
    "no_response",
    "not_running",
    "redirected",
    "session_expired",
    "too_many_messages",
    "unknown_tool",
]

_SENTENCES: dict[Cause, str] = {
    "busy": "the tool server has too many calls waiting",
    "closed": "the gateway is shutting down",
    "connect_failed": "the tool server could not be reached",
    "connection_lost": "the connection to the tool server broke",
    "content_encoding": "the tool server's response is compressed, which was not asked for",
    "content_type": "the tool server's response is neither JSON nor an event stream",
    "crashed": "the tool server ended before it answered",
    "endless_message": "the tool server sent a message without end",
    "http_status": "the tool server answered with an HTTP error",
    "invalid_response": "the tool server's response is not valid JSON-RPC",
    "no_response": "the tool server ended its response before it answered",
    "not_running": "the tool server is not running",
    "redirected": "the tool server answered with a redirect, which is never followed",
    "session_expired": "the tool server no longer knows the gateway's session",
    "too_many_messages": "the tool server sent too much beside its response",
    "unknown_tool": "no tool server offers this tool",
}


def failed(
    cause: Cause, *, dispatched: bool, retry_after: float | None = None, status: int | None = None
) -> Refusal:
    """UPSTREAM_FAILED: ``details.cause`` tells the cases apart, ``details.http_status`` is there
    where the server sent one.
    """
    details: dict[str, object] = {"cause": cause}
    if status is not None:
        details["http_status"] = status
    return Refusal(
        "UPSTREAM_FAILED",
        _SENTENCES[cause],
        dispatched=dispatched,
        retry_after=retry_after,
        details=details,
    )


def timed_out() -> Refusal:
    """UPSTREAM_TIMEOUT: the call left, and no answer came in time. The tool may still run."""
    return Refusal("UPSTREAM_TIMEOUT", "the tool server did not answer in time", dispatched=True)


def too_large(limit: int) -> Refusal:
    """OUTPUT_SIZE_EXCEEDED: the tool ran, and its result is withheld."""
    return Refusal(
        "OUTPUT_SIZE_EXCEEDED",
        f"the tool's result is larger than {limit} bytes",
        dispatched=True,
        details={"limit": limit},
    )


def cause_of(refusal: Refusal) -> str | None:
    """The ``Cause`` of an UPSTREAM_FAILED, else None."""
    cause = (refusal.details or {}).get("cause")
    return cause if isinstance(cause, str) else None
