"""create_app: the gateway that agents talk to, as one ASGI application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, final

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callgate._generations import GENERATIONS
from callgate.gateway.calls.invoke import Invoker
from callgate.gateway.calls.refusals import RefusalRecorder
from callgate.gateway.http.certified import CertifiedPeers
from callgate.gateway.http.middleware.faults import reply_to_fault
from callgate.gateway.http.refused import agents_refused
from callgate.gateway.http.routes.invoke import InvokeEndpoint
from callgate.gateway.http.routes.tools import ToolsEndpoint
from callgate.gateway.services import Services
from callgate.gateway.wire import replies
from callgate.serving.body import json_body, received
from callgate.serving.bounds import Bound, OnRefused, OutOfBounds
from callgate.serving.http_limits import HttpLimits
from callgate.serving.peer import TrustedProxies
from callgate.serving.peer_name import peer_name
from callgate.serving.reply import Reply
from callgate.serving.trace import give_trace_id, trace_id
from callgate.serving.under_way import RequestsUnderWay


def create_app(
    services: Services, routes: Iterable[BaseRoute] = (), *, certified: CertifiedPeers | None = None
) -> ASGIApp:
    """Calls and tool listings on the paths of every generation, and ``routes`` of other parts.

    Whatever is asked, and whatever goes wrong, the answer has the body of ``replies``.
    """
    refusals = RefusalRecorder(services.audit)
    invoker = Invoker(services, refusals)
    generations = GENERATIONS.values()
    return _AgentApp(
        {one.invoke_path: InvokeEndpoint(services, invoker, one) for one in generations},
        [
            *(
                Route(one.tools_path, ToolsEndpoint(services, refusals, one), methods=["GET"])
                for one in generations
            ),
            *routes,
        ],
        services.http_limits,
        services.proxies,
        agents_refused(services),
        certified,
    )


@final
class _AgentApp:
    """What every request passes, in this order, before anything in it is looked at:

    1. It has a trace id, and its sender a certificate where one is required.
    2. A POST says that it is JSON, and its body is there, whole and small.
    3. There is room for it: a slow body takes up a connection, and no room of others.
    4. Its path says who answers. Calls are found at once, everything else among the routes.
    """

    def __init__(
        self,
        calls: Mapping[str, InvokeEndpoint],
        routes: list[BaseRoute],
        http_limits: HttpLimits,
        proxies: TrustedProxies,
        refused: OnRefused,
        certified: CertifiedPeers | None,
    ) -> None:
        self._certified = certified
        self._calls = calls
        # A redirect would be an answer without an error body, and none that a client which signs
        # should follow.
        self._router = Router(routes, redirect_slashes=False)
        self._proxies = proxies
        self._refused = refused
        self._body_bytes = http_limits.body_bytes
        self._under_way = RequestsUnderWay(http_limits.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        started = False

        async def send_and_know(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            give_trace_id(scope)  # 1
            if self._certified is not None:
                self._certified.check(scope)
            call = self._calls.get(scope["path"])
            if scope["method"] != "POST":
                if call is not None:
                    raise replies.method_not_allowed("POST")
                await self._route(scope, receive, send_and_know)
                return
            body = await json_body(scope, receive, self._body_bytes)  # 2
            if body is None:
                return  # The caller went away: there is no one to answer.
            with self._under_way:  # 3
                if call is None:
                    await self._route(scope, received(body, receive), send_and_know)
                    return
                await call(scope, body, send_and_know)
        except Exception as error:
            if started:
                # Half an answer cannot be taken back: the server drops the connection.
                raise
            reply = reply_to_fault(error, scope)
            self._tell(error, reply, scope)
            await reply.send(send)

    def _tell(self, error: Exception, reply: Reply, scope: Scope) -> None:
        bound = _bound_of(error, scope["path"])
        if bound is not None:
            code_name = reply.code_name or "INTERNAL_ERROR"
            self._refused(bound, code_name, peer_name(scope, self._proxies), trace_id(scope))

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self  # so that Starlette raises what it finds wrong, instead of answering
        await self._router(scope, receive, send)


def _bound_of(error: Exception, path: str) -> Bound | None:
    if not isinstance(error, OutOfBounds | HTTPException):
        return None
    if path not in _OPERATIONS:
        return "path"
    return error.bound if isinstance(error, OutOfBounds) else "method"


_OPERATIONS: Final = frozenset(
    path
    for one in GENERATIONS.values()
    for path in (one.attest_path, one.invoke_path, one.tools_path, one.end_path)
)
