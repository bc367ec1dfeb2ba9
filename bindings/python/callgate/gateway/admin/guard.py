"""OperatorsOnly: lets requests with the credential through, and answers every failure as JSON."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callgate import CallgateError
from callgate.gateway.admin.refusal_log import RefusalLog
from callgate.gateway.wire import replies
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.bounds import Bound, OutOfBounds
from callgate.serving.credential import OperatorCredential

_LOG: Final = logging.getLogger("callgate.gateway")


class OperatorsOnly:
    """One ASGI middleware. An unforeseen exception is a 500 without detail, and a log line.

    ``refused`` is told of each request that a bound refused.
    """

    def __init__(
        self, app: ASGIApp, *, credential: OperatorCredential, refused: Callable[[Bound], None]
    ) -> None:
        self.app = app
        self._credential = credential
        self._refused = refused
        self._log = RefusalLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not self._credential.is_in(scope):
            self._log.refused()
            message = "the operator API needs its credential"
            body = {"error": {"name": "UNAUTHORIZED", "message": message}}
            response = json_response(body, replies.UNAUTHORIZED)
            response.headers["www-authenticate"] = "Bearer"
            await response(scope, receive, send)
            return
        started = False

        async def send_and_know(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_know)
        except Exception as error:
            if started:
                raise
            if isinstance(error, OutOfBounds):
                self._refused(error.bound)
            await failure_of(error)(scope, receive, send)


def json_response(body: Mapping[str, Any], status: int = replies.OK) -> Response:
    """A JSON answer that no cache keeps."""
    text = json.dumps(body, separators=(",", ":"))
    return Response(text, status, {"cache-control": "no-store"}, "application/json")


def failure_of(error: Exception) -> Response:
    """The answer to what went wrong."""
    if isinstance(error, HTTPException):
        response = json_response(
            {"error": {"name": "HTTP", "message": error.detail}}, error.status_code
        )
        response.headers.update(error.headers or {})
        return response
    if not isinstance(error, CallgateError):
        _LOG.error("unforeseen %s in the operator API", type(error).__name__, exc_info=error)
        error = Refusal("INTERNAL_ERROR")
    members: dict[str, Any] = {
        "code": error.code,
        "name": error.code_name,
        "message": error.message,
    }
    if error.where is not None:
        members["where"] = error.where
    response = json_response({"error": members}, replies.operators_status(error))
    retry_after = error.retry_after if isinstance(error, Refusal | OutOfBounds) else None
    if retry_after is not None:
        response.headers["retry-after"] = str(max(1, math.ceil(retry_after)))
    return response
