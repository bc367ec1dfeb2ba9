"""POST …/invoke: signed calls and signed listings."""

from __future__ import annotations

import time

from starlette.types import Scope

from callgate._generations import Generation
from callgate.gateway.calls.invoke import Invoker
from callgate.gateway.http.middleware.trace import trace_id
from callgate.gateway.services import Services
from callgate.gateway.wire.peer_name import peer_name
from callgate.gateway.wire.replies import Reply


class InvokeEndpoint:
    """One path of one generation. The body comes whole, from ``json_body``."""

    def __init__(self, services: Services, invoker: Invoker, generation: Generation) -> None:
        self._services = services
        self._invoker = invoker
        self._protocol = generation.protocol

    async def __call__(self, scope: Scope, body: bytes) -> Reply:
        started = time.perf_counter()
        reply = await self._invoker.invoke(
            self._protocol,
            body,
            trace_id=trace_id(scope),
            peer=peer_name(scope, self._services.proxies),
        )
        self._services.metrics.replied("invoke", reply.code_name, time.perf_counter() - started)
        return reply
