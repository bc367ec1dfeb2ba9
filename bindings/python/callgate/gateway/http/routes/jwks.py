"""GET /.well-known/jwks.json: the keys that vouch for security tokens."""

from __future__ import annotations

import json
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from callgate.gateway.services import Services

PATH: Final = "/.well-known/jwks.json"
# A key that comes is known to verifiers this many seconds later at the latest.
_MAX_AGE: Final = 300


def jwks_routes(services: Services) -> list[BaseRoute]:
    """Public keys only; anyone may read them."""

    async def jwks(request: Request) -> Response:
        body = json.dumps(services.issuer.jwks(), separators=(",", ":"))
        headers = {"cache-control": f"public, max-age={_MAX_AGE}"}
        return Response(body, headers=headers, media_type="application/jwk-set+json")

    return [Route(PATH, jwks, methods=["GET"])]
