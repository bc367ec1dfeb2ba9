"""/admin/v1/audit/head and /admin/v1/clock/reset: what an operator keeps, and the way out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from callgate.audit.journal import effects_record
from callgate.gateway.admin.guard import json_response
from callgate.gateway.services import Services


def state_routes(services: Services) -> list[BaseRoute]:
    """The audit's head, and the reset of a clock that was wrong."""

    async def head(request: Request) -> Response:
        # As `callgate audit verify --anchor` reads it.
        text = services.audit.head().to_json()
        headers = {"cache-control": "no-store"}
        return Response(text, headers=headers, media_type="application/json")

    async def reset_clock(request: Request) -> Response:
        # At once: from here on no session is open, so nothing signed before can pass. It cannot be
        # set to a time that is not known: CLOCK_STEPPED.
        record = effects_record(services.gate.reset_clock(services.clock.now()))
        services.attestation.reset_clock()
        await services.audit.note("clock_reset", {}, state=[record], ends=True)
        return json_response({"reset": True})

    return [
        Route("/audit/head", head, methods=["GET"]),
        Route("/clock/reset", reset_clock, methods=["POST"]),
    ]
