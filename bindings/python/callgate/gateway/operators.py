"""operators_app: the operators' listener. Health and metrics beside the operator API."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from callgate.gateway.config import Admin
from callgate.gateway.metrics import Metrics
from callgate.gateway.routes.health import Check, health_routes
from callgate.gateway.routes.metrics import metrics_routes


def operators_app(
    api: ASGIApp, checks: Mapping[str, Check], metrics: Metrics, settings: Admin
) -> ASGIApp:
    """What is neither health nor metrics is ``api``'s, the operator API."""
    routes = [*health_routes(checks, details=True), *metrics_routes(metrics, settings)]
    own = Starlette(routes=routes)
    own.router.redirect_slashes = False

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        mine = any(route.matches(scope)[0] is not Match.NONE for route in routes)
        await (own if mine else api)(scope, receive, send)

    return app
