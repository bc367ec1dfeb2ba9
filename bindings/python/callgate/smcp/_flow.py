"""The exchanges with a gateway, as generators: they yield requests and receive replies.

No HTTP library, no event loop and no clock: drivers (``_http.py``, ``_async_http.py``) send, and
throw what went wrong into the generator; ``clock`` gives seconds since 1970.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from callgate import EnvelopeError, create_envelope
from callgate.smcp._attestation_result import AttestationResult
from callgate.smcp._payload import payload_text
from callgate.smcp._progress import OnProgress
from callgate.smcp._replies import read_attestation, read_ended, read_result, read_tools
from callgate.smcp._retries import is_trouble, retried, with_unused_proof
from callgate.smcp._session import RENEWAL_PAUSE, Session, Token, token_of
from callgate.smcp._wire import Exchange, HttpRequest, HttpResponse, attest_body, end_body
from callgate.smcp.errors import InvalidResponse, NotAttested, PayloadError, SMCPError

Clock: TypeAlias = Callable[[], float]

MAX_PAGES: Final = 100  # of a list of tools


def attest(session: Session, clock: Clock) -> Exchange[AttestationResult]:
    """Attests, or renews, with the session's key; the session then has the token."""

    def build() -> HttpRequest:
        session.check_open()
        body = attest_body(
            session.generation,
            session.workload_id,
            session.scope,
            session.key,
            session.proof_time(clock()),
            session.enrolment_secret,
            session.attestation(),
        )
        path = session.generation.attest_path
        return HttpRequest(path, body, session.options.attest_timeout)

    def read(response: HttpResponse) -> AttestationResult:
        return read_attestation(response, session)

    try:
        result = yield from with_unused_proof(
            lambda: retried(build, read, retries=session.options.retries, runs_tools=False)
        )
    except SMCPError as error:
        error.dispatched = False  # whatever became of it: an attestation runs no tool
        raise
    session.token = token_of(result, clock())
    return result


def renew_early(session: Session, clock: Clock) -> Exchange[None]:
    """Renews if it is due. A gateway in trouble does not end a session whose token still lives."""
    token = session.live_token()
    if not session.renewal_is_due(clock()):  # another caller was first
        return
    try:
        yield from attest(session, clock)
    except SMCPError as error:
        now = clock()
        if not is_trouble(error) or token.ends_at is None or now >= token.ends_at:
            raise
        session.token = replace(token, renew_at=now + RENEWAL_PAUSE)


def replace_token(session: Session, clock: Clock, refused: Token) -> Exchange[None]:
    """Attests again, unless another caller already did."""
    if session.live_token() is refused:
        yield from attest(session, clock)


def end_session(session: Session, clock: Clock) -> Exchange[None]:
    """Ends the session for good. A next attestation opens another."""
    token = session.live_token()
    session_id = token.result.session_id
    if session_id is None:
        raise NotAttested("no session to end: the gateway named none")

    def build() -> HttpRequest:
        body = end_body(session_id, session.key, int(clock()))
        return HttpRequest(session.generation.end_path, body, session.options.attest_timeout)

    def read(response: HttpResponse) -> None:
        read_ended(response, session)

    yield from retried(build, read, retries=session.options.retries, runs_tools=False)
    if session.token is token:
        session.token = None


def call(
    session: Session,
    clock: Clock,
    method: str,
    params: bytes,
    on_progress: OnProgress | None = None,
) -> Exchange[Any]:
    """One signed request and its ``payload.result``."""
    request_id = ""

    def build() -> HttpRequest:
        # A retry has an id of its own: within one second the same id would make the same
        # signature, and that is a replay.
        nonlocal request_id
        request_id = f"req-{secrets.token_hex(8)}"
        head = f'{{"jsonrpc":"2.0","id":"{request_id}","method":"{method}","params":'
        body = _sign(session, head.encode() + params + b"}", clock())
        return HttpRequest(
            session.generation.invoke_path,
            body,
            session.options.call_timeout,
            on_progress=on_progress,
        )

    def read(response: HttpResponse) -> Any:
        return read_result(response, session, request_id)

    return (yield from retried(build, read, retries=session.options.retries, runs_tools=True))


def call_tool(
    session: Session, clock: Clock, params: bytes, on_progress: OnProgress | None = None
) -> Exchange[Any]:
    """A tool's result. ``params`` are those of ``call_params``."""
    return (yield from call(session, clock, "tools/call", params, on_progress))


def list_tools(session: Session, clock: Clock) -> Exchange[list[dict[str, Any]]]:
    """The tools that the session could ever call, of all pages."""
    tools: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        params = payload_text({} if cursor is None else {"cursor": cursor})
        page, cursor = read_tools((yield from call(session, clock, "tools/list", params)))
        tools += page
        if cursor is None:
            return tools
    raise InvalidResponse("the list of tools has no end", code_name="LIMIT_EXCEEDED")


def call_params(tool_name: object, arguments: object, *, strict_interop: bool) -> bytes:
    """The ``params`` of a tool call. Raises PayloadError."""
    if not isinstance(tool_name, str) or not tool_name:
        raise PayloadError("the tool's name must be a string that is not empty")
    if not isinstance(arguments, Mapping):
        raise PayloadError(f"arguments must be a mapping, not {type(arguments).__name__}")
    params = {"name": tool_name, "arguments": arguments}
    return payload_text(params, strict_interop=strict_interop)


def _sign(session: Session, payload: bytes, now: float) -> bytes:
    try:
        return create_envelope(
            payload,
            session.live_token().result.security_token,
            session.key.secret_key,
            now=now,
            protocol=session.generation.protocol,
        )
    except EnvelopeError as error:  # e.g. larger than an envelope may be
        message = f"cannot be signed: {error}"
        raise PayloadError(message, code_name=error.code_name) from error
