"""The response of the server behind the wrapper: its results changed, its stream ended in time."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Final

import anyio

from callgate.attestation._context import AttestationContext
from callgate.attestation._engine import Era
from callgate.attestation.enforcement.judge import POLL_SECONDS, Judge
from callgate.attestation.enforcement.outcome import refused
from callgate.attestation.enforcement.replies import (
    Event,
    Headers,
    Receive,
    Scope,
    Send,
    send_refusal,
)
from callgate.attestation.enforcement.session import LegacySession
from callgate.attestation.enforcement.sse import EventRewriter

_STREAM: Final = b"text/event-stream"
_JSON: Final = b"application/json"


class Response:
    """Sends what the server sends. With ``change``, which gets and returns the text of messages,
    a JSON body is sent when it is whole and an event stream event by event."""

    def __init__(
        self,
        send: Send,
        *,
        change: Callable[[bytes], bytes] | None = None,
        started: Callable[[Headers], None] | None = None,
    ) -> None:
        self._send = send
        self._change = change
        self._started = started
        self._rewriter: EventRewriter | None = None
        self._start: Event | None = None  # of a JSON body that is not whole yet
        self._body = b""
        self._is_stream = False
        self.is_started = False
        self.is_complete = False

    async def send(self, event: Event) -> None:
        if event["type"] == "http.response.start":
            await self._begin(event)
        elif event["type"] == "http.response.body":
            await self._continue(event)
        else:
            await self._send(event)

    async def end(self, reason: str, id_json: bytes | None) -> None:
        """Ends a response that the server would go on with, for a reason of attestation."""
        era: Era = "legacy" if id_json is None else "modern"
        error = refused(reason, era, id_json or b"null")
        self.is_complete = True
        if not self.is_started:
            await send_refusal(self._send, error)
            return
        last = b""
        if self._is_stream and id_json is not None:
            text = json.dumps(error.fields, separators=(",", ":"))
            last = f"event: message\r\ndata: {text}\r\n\r\n".encode()
        await self._send({"type": "http.response.body", "body": last, "more_body": False})

    async def _begin(self, event: Event) -> None:
        headers: Headers = [(bytes(key), bytes(value)) for key, value in event.get("headers", ())]
        if self._started is not None:
            self._started(headers)
        self.is_started = True
        content_type = next(
            (value.lower() for key, value in headers if key.lower() == b"content-type"), b""
        )
        self._is_stream = content_type.startswith(_STREAM)
        if self._change is not None and any(
            key.lower() == b"content-encoding" for key, _ in headers
        ):
            raise RuntimeError("an MCP server behind attestation must not compress its responses")
        if self._change is not None and self._is_stream:
            self._rewriter = EventRewriter(self._change)
        elif self._change is not None and content_type.startswith(_JSON):
            self._start = event
            return
        await self._send(event)

    async def _continue(self, event: Event) -> None:
        body: bytes = event.get("body", b"")
        more: bool = event.get("more_body", False)
        if self._start is not None:
            self._body += body
            if more:
                return
            assert self._change is not None
            body = self._change(self._body)
            start, self._start = self._start, None
            await self._send({**start, "headers": _with_length(start["headers"], len(body))})
        elif self._rewriter is not None:
            body = self._rewriter.feed(body)
            if not body and more:
                return
        self.is_complete = not more
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


async def serve_while_verified(
    app: Callable[[Scope, Receive, Send], Awaitable[None]],
    scope: Scope,
    receive: Receive,
    response: Response,
    judge: Judge,
    caller: AttestationContext | LegacySession | None,
    id_json: bytes | None = None,
) -> None:
    """Serves a stream, and ends it when its caller is no longer verified or its session is over.

    Nothing goes out after that. A stream of the modern era, which has ``id_json``, ends with the
    error that says why.
    """

    def reason() -> str | None:
        if isinstance(caller, LegacySession):
            return caller.ended(judge.verifier, judge.now())
        return None if caller is None else judge.over(caller)

    async def send(event: Event) -> None:
        if reason() is None:
            await response.send(event)

    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:

        async def serve() -> None:
            nonlocal failure
            try:
                await app(scope, receive, send)
            except Exception as error:  # raised below, outside the group, as it was
                failure = error
            tasks.cancel_scope.cancel()

        tasks.start_soon(serve)
        while reason() is None:
            await anyio.sleep(POLL_SECONDS)
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure
    why = reason()
    if why is not None and not response.is_complete:
        await response.end(why, id_json)


def _with_length(headers: Headers, length: int) -> Headers:
    kept = [(key, value) for key, value in headers if key.lower() != b"content-length"]
    return [*kept, (b"content-length", str(length).encode())]
