"""POST …/end: an agent ends its own session."""

from __future__ import annotations

import time

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from callgate import CallgateError
from callgate._generations import GENERATIONS, Generation
from callgate.gateway.http.middleware.trace import trace_id
from callgate.gateway.services import Services
from callgate.gateway.wire import replies
from callgate.gateway.wire.peer import peer_of


class EndEndpoint:
    """One path of one generation. The body comes whole, from ``json_body``."""

    def __init__(self, services: Services, generation: Generation) -> None:
        self._services = services
        self._protocol = generation.protocol

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        message = await receive()
        peer = peer_of(scope, self._services.proxies)
        try:
            session_id = await self._services.attestation.session_end.end(
                message["body"], peer, trace_id=trace_id(scope)
            )
            reply = replies.ended(self._protocol, session_id)
        except CallgateError as error:
            reply = replies.refused(error, self._protocol)
        self._services.metrics.replied("end", reply.code_name, time.perf_counter() - started)
        await reply.send(send)


def end_routes(services: Services) -> list[BaseRoute]:
    """The paths of every generation, for ``create_app``."""
    return [
        Route(generation.end_path, EndEndpoint(services, generation), methods=["POST"])
        for generation in GENERATIONS.values()
    ]
