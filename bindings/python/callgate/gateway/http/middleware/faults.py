"""reply_to_fault: whatever goes wrong is answered in the body that callers understand."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.types import Scope

from callgate import CallgateError
from callgate.gateway.wire import replies
from callgate.serving.reply import Reply

_log = logging.getLogger("callgate.gateway")


def reply_to_fault(error: Exception, scope: Scope) -> Reply:
    """An unforeseen exception is a denial without detail, and a log line."""
    protocol = replies.protocol_of(scope["path"])
    if isinstance(error, CallgateError):
        return replies.refused(error, protocol)
    if isinstance(error, HTTPException):
        allow = tuple((k.lower().encode(), v.encode()) for k, v in (error.headers or {}).items())
        return replies.http_fault(error.status_code, protocol, allow)
    # The path is what routed the request, so it is no secret; nothing else of it is logged.
    _log.error("unforeseen %s at %s", type(error).__name__, scope["path"], exc_info=error)
    return replies.unforeseen(protocol)
