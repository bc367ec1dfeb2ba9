"""An ASGI application that passes only judged requests to the application behind it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Final

from callgate import CallgateError
from callgate.attestation._carrier import (
    EVENT_HEADER,
    PROOF_HEADER,
    SESSION_HEADER,
    without_carrier,
)
from callgate.attestation._context import AttestationContext
from callgate.attestation.enforcement.context import SCOPE_KEY
from callgate.attestation.enforcement.http_sessions import HttpSessions
from callgate.attestation.enforcement.judge import LISTEN, Judge, Judgement
from callgate.attestation.enforcement.outcome import Dropped, Outcome, Passed, Refused, refused
from callgate.attestation.enforcement.replies import (
    Event,
    Headers,
    Receive,
    Scope,
    Send,
    send_error,
    send_refusal,
)
from callgate.attestation.enforcement.responses import Response, serve_while_verified
from callgate.attestation.enforcement.results import CHANGED_METHODS, Results
from callgate.attestation.enforcement.session import LegacySession

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
_POLICY_VIOLATION: Final = 1008  # RFC 6455, section 7.4.1


class AttestedApplication:
    """An MCP server over Streamable HTTP behind attestation. It answers what it refuses itself.

    Every path is judged but those at and below ``open_paths``, such as ``/healthz``. Websockets are
    closed, since they are no transport of MCP.
    """

    def __init__(
        self,
        app: Application,
        judge: Judge,
        *,
        open_paths: Iterable[str] = (),
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self.judge: Final = judge
        self._app = app
        self._open_paths = _checked_paths(open_paths)
        self._max_body_bytes = max_body_bytes
        self._sessions = HttpSessions(judge)
        self._results = Results(judge.verifier, judge.guards)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        elif scope["type"] != "http" or self.opens(scope["path"]):
            await self._app(scope, receive, send)
        elif scope["method"] == "POST":
            await self._post(scope, receive, send)
        elif scope["method"] in ("GET", "DELETE"):
            await self._get_or_delete(scope, receive, send)
        elif scope["method"] == "OPTIONS":  # a browser's question, which runs nothing
            await self._app(scope, receive, send)
        else:
            await send_error(send, 405, "Method not allowed", [(b"allow", b"GET, POST, DELETE")])

    def opens(self, path: str) -> bool:
        """Whether the path is one of ``open_paths``, or below one."""
        if ".." in path.split("/"):
            return False
        return any(path == opened or path.startswith(opened + "/") for opened in self._open_paths)

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive, self._max_body_bytes)
        if body is None:
            message = f"The body is longer than {self._max_body_bytes} bytes"
            await send_error(send, 413, message)
            return
        session_id, several = _header(scope, SESSION_HEADER)
        if several:
            await send_error(send, 400, "Mcp-Session-Id stands more than once")
            return
        session = self._sessions.get(session_id)
        judged = await self.judge.judge(body, session)
        outcome = judged.outcome if not judged.is_handshake else self._handshake(judged, session)
        if isinstance(outcome, Refused):
            await send_refusal(send, outcome)
        elif isinstance(outcome, Dropped):
            await send({"type": "http.response.start", "status": 202, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            bare = json.dumps(without_carrier(json.loads(body))).encode()
            inner = _with_length(_with_context(scope, outcome.context), len(bare))
            await self._serve_post(inner, replayed(bare, receive), send, judged, outcome.context)

    def _handshake(self, judged: Judgement, session: LegacySession | None) -> Outcome:
        """The outcome of an ``initialize``, which ends the earlier session.

        Under the same id the server keeps its state and resends earlier events, so only the
        subject of the earlier session may initialize it again.
        """
        outcome = judged.outcome
        if session is not None:
            session.end()
            if isinstance(outcome, Passed) and not session.may_become(judged.opens):
                return refused("binding", "legacy", judged.id_json)
        if judged.opens is not None and not self._sessions.has_room():
            return refused("unavailable", "legacy", judged.id_json)
        return outcome

    async def _serve_post(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        judged: Judgement,
        context: AttestationContext | None,
    ) -> None:
        message = judged.message
        method = message.method if message is not None and message.kind == "request" else ""

        def started(headers: Headers) -> None:
            named = _value(headers, SESSION_HEADER)
            # A server that names no session keeps none: its clients use the modern era.
            if judged.opens is not None and named is not None:
                self._sessions.put(named, judged.opens)

        response = Response(
            send,
            change=self._change(context) if method in CHANGED_METHODS else None,
            started=started,
        )
        if method != LISTEN or context is None or message is None:
            await self._app(scope, receive, response.send)
            return
        await serve_while_verified(
            self._app, scope, receive, response, self.judge, context, judged.id_json
        )

    async def _get_or_delete(self, scope: Scope, receive: Receive, send: Send) -> None:
        session_id, several = _header(scope, SESSION_HEADER)
        event_id, several_events = _header(scope, EVENT_HEADER)
        proof, several_proofs = _header(scope, PROOF_HEADER)
        if several or several_events or several_proofs:
            await send_error(send, 400, "A header of MCP stands more than once")
            return
        session = self._sessions.get(session_id)
        outcome = await self.judge.judge_http(
            scope["method"], session, session_id=session_id, last_event_id=event_id, proof=proof
        )
        if isinstance(outcome, Refused):
            await send_refusal(send, outcome)
            return
        context = session.context if session is not None else None
        inner = _with_context(scope, context)
        if scope["method"] == "DELETE":
            await self._app(inner, receive, send)
            self._sessions.remove(session_id)
            return
        response = Response(send, change=self._change(context))
        await serve_while_verified(self._app, inner, receive, response, self.judge, session)

    def _change(self, context: AttestationContext | None) -> Callable[[bytes], bytes]:
        return lambda text: self._results.changed_text(text, context)


def _checked_paths(paths: Iterable[str]) -> tuple[str, ...]:
    if isinstance(paths, str):
        raise TypeError(f"open_paths is a list of paths, such as [{paths!r}]")
    checked = tuple(paths)
    for path in checked:
        if not path.startswith("/") or path.endswith("/"):
            message = f"{path!r} must begin with a slash, and end with another character"
            raise CallgateError(message, "INVALID_ARGUMENT", "open_paths")
    return checked


async def read_body(receive: Receive, most: int) -> bytes | None:
    """The whole body; None where it is longer. A caller that leaves has sent what it had."""
    chunks: list[bytes] = []
    length = 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return b"".join(chunks)
        chunk: bytes = event.get("body", b"")
        length += len(chunk)
        if length > most:
            return None
        chunks.append(chunk)
        if not event.get("more_body", False):
            return b"".join(chunks)


def replayed(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives this body once, and then what the caller does next."""
    given = False

    async def give() -> Event:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give


def _with_context(scope: Scope, context: AttestationContext | None) -> Scope:
    # A body that is compressed could not be changed. What stands before the wrapper may compress.
    kept = [(key, value) for key, value in scope["headers"] if key.lower() != b"accept-encoding"]
    return {**scope, "headers": kept, SCOPE_KEY: context}


def _with_length(scope: Scope, length: int) -> Scope:
    kept = [(key, value) for key, value in scope["headers"] if key.lower() != b"content-length"]
    return {**scope, "headers": [*kept, (b"content-length", str(length).encode())]}


def _header(scope: Scope, name: str) -> tuple[str | None, bool]:
    """The value of a header, and whether it stands more than once."""
    values = [value for key, value in _named(scope["headers"]) if key == name]
    return (values[0] if values else None), len(values) > 1


def _value(headers: Iterable[tuple[bytes, bytes]], name: str) -> str | None:
    return next((value for key, value in _named(headers) if key == name), None)


def _named(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    return ((key.lower().decode("latin-1"), value.decode("latin-1")) for key, value in headers)
