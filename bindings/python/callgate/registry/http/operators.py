"""Operators: what is under ``/admin``, and who may use it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from callgate.registry.http import replies
from callgate.registry.members import Members
from callgate.registry.recorder import Recorder, time_text
from callgate.serving.credential import OperatorCredential
from callgate.serving.peer import Peer, peer_of
from callgate.serving.reply import Reply
from callgate.trust.view import TrustView

PREFIX = "/admin/"


class Operators:
    """The operations. Changes are made by POST alone, and each is a line in the audit trail."""

    def __init__(self, members: Members, trust: TrustView | None, recorder: Recorder) -> None:
        self._members = members
        self._trust = trust
        self._recorder = recorder

    async def answer(self, scope: Scope) -> Reply:
        """To a request of someone who may make it. Raises StoreUnavailable."""
        path, method = scope["path"], scope["method"]
        if path == "/admin/entities":
            if method not in ("GET", "HEAD"):
                return replies.method_not_allowed("GET")
            return replies.found({"entities": self._entities()})
        if path == "/admin/rotate":
            if method != "POST":
                return replies.method_not_allowed("POST")
            return await self._rotate(scope)
        return replies.not_found(path)

    def _entities(self) -> list[dict[str, Any]]:
        if self._trust is None:
            return []
        return [
            {
                "name": anchor.entity,
                "subject": anchor.subject,
                "expires": time_text(anchor.not_after)[:10],
                "backend": anchor.backend,
                "sha256": anchor.sha256,
            }
            for anchor in self._trust.snapshot.anchors
        ]

    async def _rotate(self, scope: Scope) -> Reply:
        query = parse_qs(scope["query_string"].decode("ascii", "replace"))
        entity = query.get("entity_id", [""])[-1]
        if entity and not self._knows(entity):
            return replies.unknown_entity(entity)
        rows = await self._members.ask_again(entity or None)
        whom = f"entity '{entity}'" if entity else "all agents"
        self._recorder.operated(
            "rotate",
            peer_of(scope).name,
            entity=entity or None,
            agents=len(rows),
        )
        return replies.found(
            {
                "message": f"Rotation triggered for {whom}",
                "affected_agents": len(rows),
                "entity_id": entity,
            }
        )

    def _knows(self, entity: str) -> bool:
        anchored = self._trust is not None and any(
            anchor.entity == entity for anchor in self._trust.snapshot.anchors
        )
        return anchored or any(row.entity == entity for row in self._members.directory)


class OperatorsApp:
    """The operators' listener: everything needs the credential."""

    def __init__(self, operators: Operators, credential: OperatorCredential) -> None:
        self._operators = operators
        self._credential = credential

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._credential.is_in(scope):
            reply = replies.unauthorized()
        else:
            try:
                reply = await self._operators.answer(scope)
            except Exception as error:
                reply = replies.of_error(error)
        await reply.send(send)


def why_not_operator(scope: Scope, peer: Peer, admins: Collection[str]) -> str | None:
    """Why a request on the agents' listener may not use ``/admin``; None: it may.

    A browser sends a certificate with requests that any page makes, and says where they come from.
    """
    if any(name in (b"origin", b"sec-fetch-site") for name, _ in scope["headers"]):
        return "a page in a browser is not an operator"
    if not admins:
        return (
            "operators are not configured here: set admin.credential and MCP_MESH_ADMIN_PORT, or "
            "mark an entity with admin: true"
        )
    if peer.subject is None or peer.subject.entity not in admins:
        return "this needs a certificate of an entity that is marked admin"
    return None
