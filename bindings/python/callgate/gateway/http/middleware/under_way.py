"""RequestsUnderWay: no more of them at a time than there is memory for."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from callgate.gateway.refusal import Refusal


class RequestsUnderWay:
    """Bounds the POST requests whose reply is not yet sent; more get 429. Health is not bounded.

    A request counts from when its body is there; before, the bounds of connections hold.
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        if self.under_way >= self.limit:
            message = "too many requests are under way"
            raise Refusal("LIMIT_EXCEEDED", message, dispatched=False, retry_after=1)
        self.under_way += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.under_way -= 1
