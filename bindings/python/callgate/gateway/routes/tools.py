"""GET …/tools: what the session of a security token could ever call."""

from __future__ import annotations

import re
import time
from typing import Final

from starlette.types import Receive, Scope, Send

from callgate import CallgateError
from callgate.gateway import replies
from callgate.gateway.authorize import event_of_refusal
from callgate.gateway.middleware.trace import trace_id
from callgate.gateway.peer_name import peer_name
from callgate.gateway.refusal import Refusal
from callgate.gateway.refusals import RefusalRecorder
from callgate.gateway.replies import Reply
from callgate.gateway.services import Services
from callgate.gateway.tool_list import tool_list
from callgate.smcp._generations import Generation

# RFC 6750, section 2.1, with the characters of a compact JWS.
_BEARER: Final = re.compile(rb"(?i:bearer) +([A-Za-z0-9_.-]{1,8192})")


class ToolsEndpoint:
    """One path of one generation. Queries and other headers that name a context are not read."""

    def __init__(
        self, services: Services, refusals: RefusalRecorder, generation: Generation
    ) -> None:
        self._services = services
        self._refusals = refusals
        self._generation = generation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        try:
            reply = self._reply(scope)
        except CallgateError as error:
            peer = peer_name(scope, self._services.proxies)
            event = event_of_refusal(error, trace_id=trace_id(scope), peer=peer)
            self._refusals.unverified(event)
            reply = replies.refused(error, self._generation.protocol)
        self._services.metrics.replied("tools", reply.code_name, time.perf_counter() - started)
        await reply.send(send)

    def _reply(self, scope: Scope) -> Reply:
        session_id, context = self._session(_bearer(scope))
        return replies.listed(self._generation, context, tool_list(self._services, session_id))

    def _session(self, token: str) -> tuple[str, str]:
        """Id and context of the live session that the token is of. Raises CallgateError."""
        now = self._services.clock.now()
        claims = self._services.verify_token(token, now)
        session = None if claims.id is None else self._services.gate.session(claims.id)
        if session is None:
            raise Refusal("UNKNOWN_SESSION")
        key = claims.key_thumbprint
        if (claims.subject, claims.scope) != (session.subject, session.context) or (
            key is not None and key != session.public_key.thumbprint
        ):
            raise Refusal("INVALID_TOKEN")
        if not self._services.ledger.alive(session.id):
            raise Refusal("SESSION_INACTIVE")
        return session.id, session.context


def _bearer(scope: Scope) -> str:
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    match = _BEARER.fullmatch(found[0].strip()) if len(found) == 1 else None
    if match is None:
        raise Refusal("INVALID_TOKEN")
    return match[1].decode()
