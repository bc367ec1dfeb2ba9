"""/admin/v1/contexts: what the policy says, would say, and why."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from callgate import CallgateError, PolicyError, PolicySet
from callgate._as_json import change_data, explanation_data, warning_data
from callgate._native import split_object
from callgate.gateway.admin.body import MAX_BODY_BYTES, checked_object, read_text
from callgate.gateway.admin.guard import json_response
from callgate.gateway.services import Services
from callgate.gateway.wire.refusal import Refusal

# The engine's own bound of a policy document.
_MAX_POLICY_BYTES: Final = 16 << 20


def context_routes(services: Services) -> list[BaseRoute]:
    """Nothing here changes anything: policies come from files."""
    operations = _Contexts(services)
    return [
        Route("/contexts", operations.list, methods=["GET"]),
        Route("/contexts/validate", operations.validate, methods=["POST"]),
        Route("/contexts/explain", operations.explain, methods=["POST"]),
    ]


class _Contexts:
    def __init__(self, services: Services) -> None:
        self._gate = services.gate

    async def list(self, request: Request) -> Response:
        policy = self._gate.policy
        return json_response({"contexts": policy.context_names, "policy_digest": policy.digest})

    async def validate(self, request: Request) -> Response:
        """The body is a policy document, YAML or JSON; the answer compares it with what runs."""
        text = await read_text(request, _MAX_POLICY_BYTES)
        try:
            return json_response(await asyncio.to_thread(_judge, self._gate.policy, text))
        except PolicyError as error:
            fault = {"where": error.where, "message": error.message}
            first = {"name": error.code_name, **fault}
            faults = [asdict(one) for one in error.errors]
            return json_response({"valid": False, "error": first, "errors": faults})

    async def explain(self, request: Request) -> Response:
        """One call under a context, or under that of a session; nothing is recorded or charged."""
        text = await read_text(request)
        members = checked_object(
            text,
            {"tool": str, "arguments": dict},
            {"context": str, "session_id": str},
        )
        policy = self._gate.policy
        context = self._context(members)
        # The arguments as they were sent: a number keeps its digits.
        arguments = split_object(text, MAX_BODY_BYTES)["arguments"]
        explanation = policy.explain(context, members["tool"], arguments)
        return json_response(
            {
                "context": context,
                "tool": members["tool"],
                **explanation_data(explanation),
                "policy_digest": policy.digest,
            }
        )

    def _context(self, members: dict[str, Any]) -> str:
        if ("context" in members) == ("session_id" in members):
            message = "expected one of context and session_id"
            raise CallgateError(message, "INVALID_ARGUMENT")
        if "context" in members:
            context: str = members["context"]
            return context
        session = self._gate.session(members["session_id"])
        if session is None:
            raise Refusal("UNKNOWN_SESSION")
        return session.context


def _judge(running: PolicySet, text: bytes) -> dict[str, Any]:
    policy = PolicySet.parse(text)
    before, after = set(running.context_names), set(policy.context_names)
    return {
        "valid": True,
        "policy_digest": policy.digest,
        "contexts": policy.context_names,
        "warnings": [warning_data(warning) for warning in policy.lint()],
        "added": sorted(after - before),
        "removed": sorted(before - after),
        "changed": {
            name: changes
            for name in sorted(before & after)
            if (changes := [change_data(c) for c in running.diff(name, policy, name).changes])
        },
    }
