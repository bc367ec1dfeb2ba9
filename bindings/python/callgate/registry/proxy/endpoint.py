"""ProxyEndpoint: ``POST /proxy/{host:port}/mcp``."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone

from OpenSSL import SSL
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from callgate import CallgateError
from callgate.registry.proxy.bounds import ProxyBounds, ProxyError
from callgate.registry.proxy.call import Judge, call
from callgate.registry.proxy.exchange import Answer
from callgate.registry.proxy.target import Target, host_and_port
from callgate.serving.body import json_body
from callgate.serving.bounds import OutOfBounds

PREFIX = "/proxy/"


class ProxyEndpoint:
    """An ASGI application for all paths below ``/proxy/``.

    ``find`` gives the healthy agent that registered a host and port; ``trusted`` says whether the
    caller showed a certificate that is trusted now; ``judge`` judges the agent's; ``context`` gives
    what the registry itself shows (``read_client_context``), and may raise CallgateError. Owned by
    one event loop.
    """

    def __init__(
        self,
        *,
        find: Callable[[str, int], Target | None],
        trusted: Callable[[Scope], bool],
        judge: Judge,
        context: Callable[[], SSL.Context],
        bounds: ProxyBounds | None = None,
    ) -> None:
        self._find = find
        self._trusted = trusted
        self._judge = judge
        self._context = context
        self._bounds = bounds or ProxyBounds()
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        try:
            answer = await self._answer(scope, receive)
        except ProxyError as error:
            response = _refusal(error)
        else:
            if answer is None:
                return
            response = Response(answer.body, answer.status)
            response.headers["content-type"] = answer.content_type.decode("latin-1")
            response.headers["x-content-type-options"] = "nosniff"
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | None:
        """None: the caller went away."""
        if not self._trusted(scope):
            raise ProxyError(403, "client certificate required")
        target = self._target(scope)
        if scope["method"] != "POST":
            raise ProxyError(405, "Only POST is proxied")
        if self._under_way >= self._bounds.calls:
            raise ProxyError(503, "too many calls are under way: try again")
        self._under_way += 1
        try:
            body = await json_body(scope, receive, self._bounds.request_bytes)
            if body is None:
                return None
            context = self._shown()
            return await call(target, body, context=context, judge=self._judge, bounds=self._bounds)
        except OutOfBounds as error:
            status = 413 if error.bound == "body_size" else 400
            raise ProxyError(status, error.message) from error
        finally:
            self._under_way -= 1

    def _shown(self) -> SSL.Context:
        try:
            return self._context()
        except CallgateError as error:
            # Between the replacement of the certificate and that of its key they are no pair.
            message = "the registry has no certificate to show to agents: try again"
            raise ProxyError(503, message) from error

    def _target(self, scope: Scope) -> Target:
        authority, _, path = scope["path"].removeprefix(PREFIX).partition("/")
        if path != "mcp" or scope["query_string"]:
            raise ProxyError(400, "Only /mcp/* paths are allowed for proxying")
        where = host_and_port(authority)
        target = None if where is None else self._find(*where)
        if target is None:
            message = f"Target host '{authority[:256]}' is not a registered agent"
            raise ProxyError(403, message)
        return target


def _refusal(error: ProxyError) -> Response:
    now = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    body = json.dumps({"error": error.message, "timestamp": now})
    headers = {"Allow": "POST"} if error.status == 405 else None
    return Response(body, error.status, headers, media_type="application/json; charset=utf-8")
