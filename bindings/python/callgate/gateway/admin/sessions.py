"""/admin/v1/sessions: who is attested."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from callgate import Session
from callgate.gateway.admin.body import read_object
from callgate.gateway.admin.executions import NO_REASON
from callgate.gateway.admin.guard import json_response
from callgate.gateway.admin.path_parameter import path_parameter
from callgate.gateway.services import Services
from callgate.gateway.sessions.attested_sessions import AttestedSession
from callgate.gateway.wire.refusal import Refusal
from callgate.gateway.wire.subject_fields import subject_fields


def session_routes(services: Services) -> list[BaseRoute]:
    """Listing and revoking. Revoking a session ends its execution."""
    operations = _Sessions(services)
    return [
        Route("/sessions", operations.list, methods=["GET"]),
        Route("/sessions/revoke", operations.revoke, methods=["POST"]),
        Route("/sessions/{session_id}", operations.get, methods=["GET"]),
        Route("/sessions/{session_id}", operations.delete, methods=["DELETE"]),
    ]


class _Sessions:
    def __init__(self, services: Services) -> None:
        self._gate = services.gate
        self._sessions = services.attestation.sessions
        self._revocation = services.attestation.revocation

    async def list(self, request: Request) -> Response:
        """All that are known; ``?workload_id=`` those of one execution."""
        wanted = request.query_params.get("workload_id")
        sessions = [
            shown
            for attested in self._sessions
            if wanted in (None, attested.workload_id)
            and (shown := self._shown(attested)) is not None
        ]
        return json_response({"sessions": sessions})

    async def get(self, request: Request) -> Response:
        attested = self._sessions.get(path_parameter(request, "session_id"))
        shown = None if attested is None else self._shown(attested)
        if shown is None:
            raise Refusal("UNKNOWN_SESSION")
        return json_response(shown)

    async def revoke(self, request: Request) -> Response:
        members = await read_object(request, {"session_id": str}, {"reason": str})
        return await self._revoke(members["session_id"], members.get("reason", NO_REASON))

    async def delete(self, request: Request) -> Response:
        return await self._revoke(path_parameter(request, "session_id"), NO_REASON)

    async def _revoke(self, session_id: str, reason: str) -> Response:
        workload_id = await self._revocation.revoke_session(session_id, reason)
        return json_response(
            {"session_id": session_id, "workload_id": workload_id, "state": "revoked"}
        )

    def _shown(self, attested: AttestedSession) -> dict[str, Any] | None:
        session: Session | None = self._gate.session(attested.id)
        if session is None:
            return None
        state = session.state
        if state == "open" and not self._sessions.is_live(attested):
            state = "ended"
        return {
            "session_id": session.id,
            "workload_id": attested.workload_id,
            "context": session.context,
            "public_key": session.public_key.to_base64(),
            "state": state,
            "expires_at": session.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "idle_seconds": round(self._sessions.idle_seconds(attested), 3),
            **subject_fields(attested.subject),
        }
