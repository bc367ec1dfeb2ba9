"""create_admin_app: the operator API, as one ASGI application for a listener of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from callgate.gateway.admin.contexts import context_routes
from callgate.gateway.admin.executions import execution_routes
from callgate.gateway.admin.guard import OperatorsOnly, failure_of
from callgate.gateway.admin.sessions import session_routes
from callgate.gateway.admin.state import state_routes
from callgate.gateway.services import Services
from callgate.gateway.wire import replies
from callgate.serving.credential import OperatorCredential

PREFIX = "/admin/v1"


def create_admin_app(
    services: Services,
    *,
    credential: OperatorCredential,
    routes: Iterable[BaseRoute] = (),
) -> Starlette:
    """Everything under ``/admin/v1`` needs the credential; ``routes`` of other parts do not."""
    operations = [
        *execution_routes(services),
        *session_routes(services),
        *context_routes(services),
        *state_routes(services),
    ]
    refused = partial(services.metrics.refused, "operators")
    guard = Middleware(OperatorsOnly, credential=credential, refused=refused)
    # A redirect would go to the host that the request names.
    under_prefix = Router([*operations, *_other_methods(operations)], redirect_slashes=False)
    app = Starlette(
        routes=[*routes, Mount(PREFIX, under_prefix, middleware=[guard])],
        exception_handlers={HTTPException: _answer_or_leave_to_guard},
    )
    app.router.redirect_slashes = False
    return app


def _other_methods(operations: Sequence[BaseRoute]) -> list[BaseRoute]:
    """405 for whatever else is done to a path, with all methods that its operations have.

    A route of its own would name only its own method.
    """
    methods: dict[str, set[str]] = {}
    for route in operations:
        if isinstance(route, Route):
            methods.setdefault(route.path, set()).update(route.methods or ())
    return [Route(path, _MethodNotAllowed(allowed)) for path, allowed in methods.items()]


class _MethodNotAllowed:
    """An ASGI application, so that its route has every method."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = sorted(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise replies.method_not_allowed(*self._allowed)


async def _answer_or_leave_to_guard(request: Request, error: Exception) -> Response:
    if request.scope["path"].startswith(PREFIX + "/"):
        raise error
    return failure_of(error)
