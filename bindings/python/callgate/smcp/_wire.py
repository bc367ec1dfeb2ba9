"""Bodies that go over the wire, and what a reply says. No HTTP library, no clock."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from callgate import canonicalize
from callgate._generations import Generation
from callgate.smcp._key import Ed25519Key
from callgate.smcp._payload import text_of
from callgate.smcp._progress import OnProgress
from callgate.smcp._reply_json import read_reply
from callgate.smcp.errors import InvalidResponse, RedirectRefused

T = TypeVar("T")

JSON: Final = "application/json"
_TEXT_SHOWN: Final = 500  # characters of a message that a server sent


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A POST to the gateway. ``timeout`` and ``delay`` (before it is sent) are in seconds.

    ``on_progress``: whom the asynchronous driver tells how far the tool is, if the gateway says it.
    """

    path: str
    body: bytes
    timeout: float
    delay: float = 0.0
    on_progress: OnProgress | None = None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A complete reply. Names of headers are in lower case; ``body`` is within the bound."""

    status: int
    headers: dict[str, str]
    body: bytes


Exchange: TypeAlias = Generator[HttpRequest, HttpResponse, T]
"""Yields requests, is sent their replies, has what went wrong thrown into it, and returns T."""


def attest_body(
    generation: Generation,
    workload_id: str,
    scope: str,
    key: Ed25519Key,
    timestamp: int,
    enrolment_secret: str | None,
    attestation_token: str | None = None,
) -> bytes:
    """The attestation request, with proof that the key is held.

    The proof is the signature over the RFC 8785 form of public_key, scope, timestamp, workload_id.
    """
    public_key = key.get_public_key_base64()
    proven = {
        "public_key": public_key,
        "scope": scope,
        "timestamp": timestamp,
        "workload_id": workload_id,
    }
    body: dict[str, Any] = {
        "public_key": public_key,
        "workload_id": workload_id,
        generation.scope_field: scope,
        "proof": _proof(key, proven),
        "proof_timestamp": timestamp,
    }
    if enrolment_secret is not None:
        body["enrolment_secret"] = enrolment_secret
    if attestation_token is not None:
        body["attestation_token"] = attestation_token
    return text_of(body)


def end_body(session_id: str, key: Ed25519Key, timestamp: int) -> bytes:
    """The request to end a session: its key signs that, since a token alone must not do it.

    The proof is the signature over the RFC 8785 form of end_session and timestamp.
    """
    proven = {"end_session": session_id, "timestamp": timestamp}
    body = {
        "session_id": session_id,
        "proof": _proof(key, proven),
        "proof_timestamp": timestamp,
    }
    return text_of(body)


def _proof(key: Ed25519Key, proven: dict[str, Any]) -> str:
    return key.sign_base64(canonicalize(text_of(proven)))


def read_object(response: HttpResponse) -> dict[str, Any]:
    """The members of the reply. Raises InvalidResponse for what is no object."""
    if 300 <= response.status < 400:
        raise RedirectRefused(
            f"the gateway answered {response.status}, a redirect, which is not followed",
            code_name="UPSTREAM_FAILED",
            http_status=response.status,
        )
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise invalid(response, "is compressed, which was not asked for")
    kind = plain(response.headers.get("content-type", "no content type"), 80)
    try:
        return read_reply(response.body)
    except RecursionError:
        raise invalid(response, f"({kind}) is nested deeper than Python reads") from None
    except ValueError as error:  # UnicodeDecodeError is one, as are too many digits
        # Python's errors hold the whole text, and in it may be a token.
        raise invalid(response, f"({kind}) is not a JSON object: {error}") from None


def invalid(response: HttpResponse, what: str, dispatched: bool | None = None) -> InvalidResponse:
    """An InvalidResponse that names the status."""
    return InvalidResponse(
        f"the gateway's reply with status {response.status} {what}",
        code_name="UPSTREAM_FAILED",
        http_status=response.status,
        dispatched=dispatched,
        retry_after=retry_after_header(response),
    )


def retry_after_header(response: HttpResponse) -> float | None:
    """Seconds of ``Retry-After``; None for a date, or for what is no number."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def plain(text: str, limit: int = _TEXT_SHOWN) -> str:
    """A server's text for a message: bounded, one line, nothing that a terminal obeys."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return re.sub(r"[^ -~\xa0-\ud7ff\ue000-\uffff]", "\ufffd", shown)
