"""POST …/attest and …/end: a workload gets a session, and an agent ends its own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from callgate import CallgateError
from callgate._generations import GENERATIONS, Protocol
from callgate.gateway.services import Services
from callgate.gateway.wire import replies
from callgate.serving.peer import Peer, peer_of
from callgate.serving.reply import Reply
from callgate.serving.trace import trace_id

Operation: TypeAlias = Callable[[Protocol, bytes, Peer, str], Awaitable[Reply]]
"""What makes the reply to a body. The last argument is the trace id. Raises CallgateError."""


class SessionEndpoint:
    """One operation under one path. The body comes whole, from ``json_body``."""

    def __init__(
        self, services: Services, protocol: Protocol, name: str, operation: Operation
    ) -> None:
        self._services = services
        self._protocol = protocol
        self._name = name
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        message = await receive()
        peer = peer_of(scope, self._services.proxies)
        try:
            reply = await self._operation(self._protocol, message["body"], peer, trace_id(scope))
        except CallgateError as error:
            reply = replies.refused(error, self._protocol)
        self._services.metrics.replied(self._name, reply.code_name, time.perf_counter() - started)
        await reply.send(send)


def session_routes(services: Services) -> list[BaseRoute]:
    """The paths of every generation, for ``create_app``."""

    async def attest(protocol: Protocol, body: bytes, peer: Peer, trace: str) -> Reply:
        attested = await services.attestation.attest(body, peer, trace_id=trace)
        return replies.attested(
            protocol, attested.security_token, attested.expires_at, attested.session_id
        )

    async def end(protocol: Protocol, body: bytes, peer: Peer, trace: str) -> Reply:
        session_id = await services.attestation.session_end.end(body, peer, trace_id=trace)
        return replies.ended(protocol, session_id)

    return [
        Route(path, SessionEndpoint(services, one.protocol, name, operation), methods=["POST"])
        for one in GENERATIONS.values()
        for path, name, operation in (
            (one.attest_path, "attest", attest),
            (one.end_path, "end", end),
        )
    ]
