"""GET …/tools: what the session of a security token could ever call."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import replace
from typing import Final

from starlette.types import Receive, Scope, Send

from callgate import CallgateError, Limits, Session, TokenClaims
from callgate._generations import Generation
from callgate.audit.events import Event
from callgate.gateway.calls.authorize import event_of_refusal
from callgate.gateway.calls.refusals import RefusalRecorder
from callgate.gateway.calls.tool_list import tool_list
from callgate.gateway.services import Services
from callgate.gateway.wire import replies
from callgate.gateway.wire.refusal import Refusal
from callgate.gateway.wire.subject_fields import subject_fields
from callgate.serving.peer_name import peer_name
from callgate.serving.reply import Reply
from callgate.serving.trace import trace_id

# RFC 6750, section 2.1, with the characters of a compact JWS.
_BEARER: Final = re.compile(rb"(?i:bearer) +([A-Za-z0-9_.-]{1,%d})" % Limits().max_token_bytes)


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
            reply = await self._reply(scope)
        except CallgateError as error:
            reply = replies.refused(error, self._generation.protocol)
        self._services.metrics.replied("tools", reply.code_name, time.perf_counter() - started)
        await reply.send(send)

    async def _reply(self, scope: Scope) -> Reply:
        services, refusals = self._services, self._refusals
        trace, peer = trace_id(scope), peer_name(scope, services.proxies)
        try:
            token = _bearer(scope)
            claims = services.verify_token(token, services.clock.now())
        except CallgateError as error:
            refusals.unverified(event_of_refusal(error, trace_id=trace, peer=peer))
            raise
        # From here on it is known whose token was sent.
        event = Event(
            name="ToolCallAuthorized",
            workload=claims.subject,
            session=claims.id,
            context=claims.scope,
            peer=peer,
            method="tools/list",
            allowed=True,
            policy_digest=services.gate.policy.digest,
            token=hashlib.sha256(token.encode()).hexdigest(),
            trace_id=trace,
            **subject_fields(services.subject_of(claims.id)),
        )
        try:
            session = self._session(claims)
            services.listing_rates.take(session.id)
            tools = tool_list(services, session.id)
        except CallgateError as error:
            refusal = event_of_refusal(error, trace_id=trace, peer=peer)
            event = replace(event, name=refusal.name, allowed=False, code_name=refusal.code_name)
            await refusals.refused(claims.id, event)
            raise
        key = session.public_key.to_base64()
        await services.audit.record(replace(event, public_key=key))
        # It may have been ended while the disk was written.
        if not services.ledger.alive(session.id):
            raise Refusal("SESSION_INACTIVE")
        return replies.listed(self._generation, session.context, tools)

    def _session(self, claims: TokenClaims) -> Session:
        """The live session that the claims are of. Raises Refusal."""
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
        return session


def _bearer(scope: Scope) -> str:
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    match = _BEARER.fullmatch(found[0].strip()) if len(found) == 1 else None
    if match is None:
        raise Refusal("INVALID_TOKEN")
    return match[1].decode()
