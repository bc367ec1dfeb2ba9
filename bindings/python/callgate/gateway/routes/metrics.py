"""``/metrics``, on the operators' listener, for the operators' credential or one of its own."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from callgate.gateway.config import Admin
from callgate.gateway.metrics import CONTENT_TYPE, Metrics


def metrics_routes(metrics: Metrics, settings: Admin) -> list[Route]:
    """The route. Anybody on the machine can connect, so it asks for a credential."""
    secrets = [settings.credential]
    if settings.metrics_credential is not None:
        secrets.append(settings.metrics_credential)
    accepted = [f"Bearer {secret.reveal()}".encode() for secret in secrets]

    async def endpoint(request: Request) -> Response:
        shown = request.headers.get("authorization", "").encode()
        if not any(hmac.compare_digest(shown, one) for one in accepted):
            return Response(status_code=401, headers={"www-authenticate": "Bearer"})
        return Response(metrics.render(), 200, {"cache-control": "no-store"}, CONTENT_TYPE)

    return [Route("/metrics", endpoint, methods=["GET"])]
