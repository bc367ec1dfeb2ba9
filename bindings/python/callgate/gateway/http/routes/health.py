"""``/healthz``: the process answers. ``/readyz``: it could decide and forward a call now."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from callgate.gateway.wire import replies

_LOG: Final = logging.getLogger("callgate.gateway")
# A part that does not say that it is ready in this time, in seconds, is not.
_PATIENCE: Final = 2.0

Check: TypeAlias = Callable[[], Awaitable[bool]]


def health_routes(checks: Mapping[str, Check], *, details: bool) -> list[Route]:
    """The two routes. With ``details``, for operators only, the answer names each part."""

    async def healthz(request: Request) -> Response:
        return _json_response({"status": "ok"}, replies.OK)

    async def readyz(request: Request) -> Response:
        parts = {name: await _holds(name, check) for name, check in checks.items()}
        ready = all(parts.values())
        body: dict[str, object] = {"status": "ready" if ready else "not ready"}
        if details:
            body["parts"] = {name: "ok" if ok else "failed" for name, ok in parts.items()}
        return _json_response(body, replies.OK if ready else replies.UNAVAILABLE)

    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
    ]


async def _holds(name: str, check: Check) -> bool:
    try:
        return await asyncio.wait_for(check(), _PATIENCE)
    except Exception as error:
        _LOG.warning("not ready", extra={"part": name, "reason": type(error).__name__})
        return False


def _json_response(body: Mapping[str, object], status: int) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(json.dumps(body), status, headers, "application/json")
