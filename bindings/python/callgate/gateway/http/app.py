"""create_app: the gateway that agents talk to, as one ASGI application."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from callgate._generations import GENERATIONS
from callgate.gateway.calls.invoke import Invoker
from callgate.gateway.calls.refusals import RefusalRecorder
from callgate.gateway.http.middleware.body import JsonBodies
from callgate.gateway.http.middleware.faults import FaultReplies
from callgate.gateway.http.middleware.trace import Traces
from callgate.gateway.http.middleware.under_way import RequestsUnderWay
from callgate.gateway.http.routes.invoke import InvokeEndpoint
from callgate.gateway.http.routes.tools import ToolsEndpoint
from callgate.gateway.services import Services


def create_app(services: Services, routes: Iterable[BaseRoute] = ()) -> Starlette:
    """Calls and tool listings on the paths of every generation, and ``routes`` of other parts.

    Whatever is asked, and whatever goes wrong, the answer has the body of ``replies``.
    """
    refusals = RefusalRecorder(services.audit)
    invoker = Invoker(services, refusals)
    # Routes are tried in order: the calls come first.
    calls: list[BaseRoute] = []
    listings: list[BaseRoute] = []
    for generation in GENERATIONS.values():
        invoke = InvokeEndpoint(services, invoker, generation)
        calls.append(Route(generation.invoke_path, invoke, methods=["POST"]))
        tools = ToolsEndpoint(services, refusals, generation)
        listings.append(Route(generation.tools_path, tools, methods=["GET"]))
    app = Starlette(
        routes=[*calls, *listings, *routes],
        middleware=[
            Middleware(FaultReplies),
            Middleware(Traces),
            Middleware(JsonBodies, limit=services.limits.body_bytes),
            # Behind the bodies: whoever drips one takes up a connection, and no room of others.
            Middleware(RequestsUnderWay, limit=services.limits.requests),
        ],
        exception_handlers={HTTPException: _leave_to_fault_replies},
    )
    # A redirect would be an answer without an error body, and nobody who signs should follow one.
    app.router.redirect_slashes = False
    return app


async def _leave_to_fault_replies(request: Request, error: Exception) -> Response:
    raise error
