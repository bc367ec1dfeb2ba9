"""/admin/v1/executions: who may attest."""

from __future__ import annotations

import time
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from callgate import CallgateError
from callgate.gateway.admin.body import Types, read_object
from callgate.gateway.admin.guard import json_response
from callgate.gateway.admin.path_parameter import path_parameter
from callgate.gateway.executions.all_tie import AllTie
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.scope_warnings import scope_warnings
from callgate.gateway.executions.tie_json import tie_of_json
from callgate.gateway.executions.ties import EnrolmentTie, Tie
from callgate.gateway.services import Services
from callgate.gateway.wire import replies

NO_REASON = "the operator said so"
_REQUIRED: Final[Types] = {
    "workload_id": str,
    "scopes": list,
    "tie": (str, dict),
    "lifetime": (int, float),
}
_OPTIONAL: Final[Types] = {"max_sessions": int, "require_proof": bool, "wid": str}


def execution_routes(services: Services) -> list[BaseRoute]:
    """Listing, registering, removing, revoking and reinstating."""
    base = "/executions"
    operations = _Executions(services)
    return [
        Route(base, operations.list, methods=["GET"]),
        Route(base, operations.register, methods=["POST"]),
        Route(f"{base}/revoke", operations.revoke, methods=["POST"]),
        Route(f"{base}/reinstate", operations.reinstate, methods=["POST"]),
        Route(f"{base}/{{workload_id:path}}", operations.remove, methods=["DELETE"]),
    ]


class _Executions:
    def __init__(self, services: Services) -> None:
        self._gate = services.gate
        self._registry = services.executions
        self._revocation = services.attestation.revocation
        self._sessions = services.attestation.sessions
        self._audit = services.audit

    async def list(self, request: Request) -> Response:
        executions = [
            {
                **_shown(entry),
                "live_sessions": len(self._sessions.live_of(entry.workload_id)),
            }
            for entry in self._registry.listed()
        ]
        revoked = [
            {"workload_id": workload_id, "reason": reason}
            for workload_id, reason in self._registry.revoked.items()
        ]
        return json_response({"executions": executions, "revoked": revoked})

    async def register(self, request: Request) -> Response:
        members = await read_object(request, _REQUIRED, _OPTIONAL)
        if not all(isinstance(scope, str) for scope in members["scopes"]):
            raise CallgateError("expected names of contexts", "INVALID_ARGUMENT", "scopes")
        tie, secret = _tie(members["tie"])
        execution = Execution(**{**members, "scopes": frozenset(members["scopes"]), "tie": tie})
        entry, record = self._registry.register(execution)
        shown = _shown(entry)
        await self._audit.note("execution_registered", shown, state=[record])
        # Who attested under another tie, or has a scope that is gone, has to attest again.
        await self._revocation.review_execution(entry)
        shown["warnings"] = scope_warnings([entry], self._gate.policy.context_names)
        if secret is not None:
            shown["enrolment_secret"] = secret
        return json_response(shown, replies.CREATED)

    async def remove(self, request: Request) -> Response:
        workload_id = path_parameter(request, "workload_id")
        reason = "the operator removed the execution"
        ended = await self._revocation.remove_execution(workload_id, reason)
        return json_response({"workload_id": workload_id, "ended_sessions": ended})

    async def revoke(self, request: Request) -> Response:
        members = await read_object(request, {"workload_id": str}, {"reason": str})
        workload_id = self._registry.whole_id(members["workload_id"])
        live = len(self._sessions.live_of(workload_id))
        await self._revocation.revoke_execution(workload_id, members.get("reason", NO_REASON))
        return json_response({"workload_id": workload_id, "ended_sessions": live})

    async def reinstate(self, request: Request) -> Response:
        members = await read_object(request, {"workload_id": str})
        workload_id = self._registry.whole_id(members["workload_id"])
        record = self._registry.reinstate(workload_id)
        fields = {"workload": workload_id}
        await self._audit.note("execution_reinstated", fields, state=[record])
        return json_response({"workload_id": workload_id})


def _tie(value: object) -> tuple[Tie, str | None]:
    """The tie, and the secret that was made for it, which is shown this once."""
    if value == "enrolment_secret":
        return EnrolmentTie.generate()
    return tie_of_json(value), None


def _shown(entry: Execution) -> dict[str, Any]:
    shown = entry.to_json()
    # Not even its digest: it is of no use.
    shown["tie"] = _shown_tie(entry.tie)
    if entry.expires_at is not None:
        at = time.gmtime(entry.expires_at)
        shown["expires_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", at)
    return shown


def _shown_tie(tie: Tie) -> Any:
    if isinstance(tie, AllTie):
        return {"all": [_shown_tie(part) for part in tie.parts]}
    return tie.kind if isinstance(tie, EnrolmentTie) else tie.to_json()
