"""FaultReplies: whatever goes wrong behind it is answered in the body that callers understand."""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callgate import CallgateError
from callgate.gateway.http import replies

_log = logging.getLogger("callgate.gateway")


class FaultReplies:
    """Outermost. An exception that nobody foresaw is a denial without detail, and a log line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
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
                # Half an answer cannot be taken back: the server drops the connection.
                raise
            await _reply(error, scope).send(send)


def _reply(error: Exception, scope: Scope) -> replies.Reply:
    protocol = replies.protocol_of(scope["path"])
    if isinstance(error, CallgateError):
        return replies.refused(error, protocol)
    if isinstance(error, HTTPException):
        allow = tuple((k.lower().encode(), v.encode()) for k, v in (error.headers or {}).items())
        return replies.http_fault(HTTPStatus(error.status_code), protocol, allow)
    # The path is what routed the request, so it is no secret; nothing else of it is logged.
    _log.error("unforeseen %s at %s", type(error).__name__, scope["path"], exc_info=error)
    return replies.unforeseen(protocol)
