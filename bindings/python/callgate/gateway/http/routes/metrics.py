"""``/metrics``, on the operators' listener, for the operators' credential or one of its own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from callgate.gateway.admin import OperatorCredential
from callgate.gateway.config import AdminSettings
from callgate.gateway.metrics import CONTENT_TYPE, Metrics
from callgate.gateway.wire import replies


def metrics_routes(metrics: Metrics, settings: AdminSettings) -> list[Route]:
    """The route. Anybody on the machine can connect, so it asks for a credential."""
    secrets = [settings.credential, settings.metrics_credential]
    accepted = [OperatorCredential(one.reveal()) for one in secrets if one is not None]

    async def endpoint(request: Request) -> Response:
        if not any(one.is_in(request.scope) for one in accepted):
            return Response(None, replies.UNAUTHORIZED, {"www-authenticate": "Bearer"})
        headers = {"cache-control": "no-store"}
        return Response(metrics.render(), headers=headers, media_type=CONTENT_TYPE)

    return [Route("/metrics", endpoint, methods=["GET"])]
