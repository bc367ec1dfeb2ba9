"""RegistryApp: the registry that agents talk to, as one ASGI application."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, final
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from callgate.registry.http import replies
from callgate.registry.http.agents import MAX_EVENTS, Part, agents, events
from callgate.registry.http.bodies import Bodies
from callgate.registry.http.health import Health
from callgate.registry.http.operators import Operators, why_not_operator
from callgate.registry.members import Members, Refused
from callgate.registry.recorder import Recorder
from callgate.registry.rows.body import MAX_BYTES
from callgate.registry.rows.lease import NotTrusted
from callgate.serving.body import json_body
from callgate.serving.peer import Peer, entity_of, peer_of
from callgate.serving.reply import Reply
from callgate.serving.shares import PERCENT, Busy
from callgate.serving.under_way import RequestsUnderWay

HEARTBEAT: Final = "/heartbeat"
AGENTS: Final = "/agents"
EVENTS: Final = 40  # where ``limit`` is not given


@final
class RegistryApp:
    """Each request passes, in this order:

    1. The mode: in strict a certificate that is trusted now, in auto none or such a one.
    2. Its path says who answers. HEAD of a heartbeat is answered at once, from memory.
    3. There is room for a body before it is read, and it is whole and small before it is parsed.
    4. Every verb on a row needs the entity of the row.
    """

    def __init__(
        self,
        *,
        mode: Literal["off", "auto", "strict"],
        members: Members,
        recorder: Recorder,
        health: Health,
        operators: Operators,
        admins: Collection[str] = (),
        proxy: ASGIApp | None = None,
        body_bytes: int = MAX_BYTES,
        requests: int = 512,
        share: int = PERCENT,
    ) -> None:
        self._strict = mode == "strict"
        self._members = members
        self._recorder = recorder
        self._health = health
        self._operators = operators
        self.admins = frozenset(admins)
        self._proxy = proxy
        self._body_bytes = body_bytes
        self.bodies = Bodies(body_bytes, share)
        self._under_way = RequestsUnderWay(requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        peer = peer_of(scope)
        path, method = scope["path"], scope["method"]
        reply: Reply | None
        try:
            reply = self._refusal(peer)  # 1
            if reply is None:
                if method == "HEAD" and path.startswith(HEARTBEAT + "/"):  # 2
                    reply = replies.head(self._members.head(peer, path[len(HEARTBEAT) + 1 :]))
                elif path.startswith("/proxy/") and self._proxy is not None:
                    await self._proxy(scope, receive, send)
                    return
                else:
                    reply = await self._answer(scope, receive, peer)
        except Busy as error:
            await self.bodies.delay()
            reply = replies.of_error(error)
        except Exception as error:
            self._tell(error, peer)
            reply = replies.of_error(error)
        if reply is not None:
            await reply.send(send)

    def _refusal(self, peer: Peer) -> Reply | None:
        verdict = peer.verdict
        if verdict is None:
            if not self._strict:
                return None
            self._recorder.refused("no_certificate", peer.name)
            return replies.no_certificate()
        if verdict.trusted:
            return None
        leaf = verdict.leaf_sha256
        row = None if leaf is None else self._members.directory.of_leaf(leaf)
        entity = None if row is None else row.entity
        # What a row was evicted for says more than that nothing trusts its chain.
        reason = verdict.reason or "untrusted"
        if row is not None and row.reason is not None and not verdict.unavailable:
            reason = row.reason
        self._recorder.refused(reason, peer.name, entity=entity, leaf_sha256=leaf)
        return replies.untrusted(verdict, reason, entity)

    async def _answer(self, scope: Scope, receive: Receive, peer: Peer) -> Reply | None:
        """None: the caller went away."""
        path, method = scope["path"], scope["method"]
        if path == HEARTBEAT:
            if method != "POST":
                return replies.method_not_allowed("POST")
            with self.bodies.held(scope, entity_of(peer)):  # 3
                body = await json_body(scope, receive, self._body_bytes)
                if body is None:
                    return None
                with self._under_way:
                    return replies.heartbeat(await self._members.register(peer, body))  # 4
        if path.startswith(AGENTS + "/"):
            if method != "DELETE":
                return replies.method_not_allowed("DELETE")
            await self._members.unregister(peer, path[len(AGENTS) + 1 :])  # 4
            return replies.done()
        if path.startswith("/admin/"):
            why_not = why_not_operator(scope, peer, self.admins)
            if why_not is not None:
                return replies.forbidden(why_not)
            return await self._operators.answer(scope)
        return await self._read(path, method, scope)

    async def _read(self, path: str, method: str, scope: Scope) -> Reply:
        if path.startswith(HEARTBEAT + "/"):
            return replies.method_not_allowed("HEAD")
        if path not in (AGENTS, "/health", "/events"):
            return replies.not_found(path)
        if method not in ("GET", "HEAD"):
            return replies.method_not_allowed("GET")
        text = scope["query_string"].decode("ascii", "replace")
        if path == "/health":
            return self._health.reply()
        if path == AGENTS:
            return await agents(self._members, Part.of_query(text))
        query = parse_qs(text)
        limit = _limit(query.get("limit", [""])[-1])
        return events(self._recorder, query.get("agent_id", [None])[-1], limit)

    def _tell(self, error: Exception, peer: Peer) -> None:
        if isinstance(error, Refused | NotTrusted):
            leaf = None if peer.verdict is None else peer.verdict.leaf_sha256
            self._recorder.refused(error.reason, peer.name, entity=error.entity, leaf_sha256=leaf)


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        return EVENTS
    return int(text) if len(text) <= len(str(MAX_EVENTS)) else MAX_EVENTS  # int has a bound itself
