"""Which tools a session gets to see: those that its context could ever allow."""

from __future__ import annotations

from callgate import PolicyError
from callgate.gateway.services import Services
from callgate.gateway.wire.refusal import Refusal


def tool_list(services: Services, session_id: str) -> bytes:
    """The JSON array of tool definitions, each as its server sent it, under its gateway name.

    A tool is in it exactly when some call of it would pass the context of the session and those of
    all its ancestors. What the caller says of contexts is never asked. Raises Refusal.
    """
    policy = services.gate.policy
    tools = services.upstreams.tools()
    names = [tool.name for tool in tools]
    id: str | None = session_id
    while id is not None:
        session = services.gate.session(id)
        if session is None or session.state != "open":
            raise Refusal("SESSION_INACTIVE", dispatched=False)
        try:
            names = policy.could_allow(session.context, names)
        except PolicyError as error:
            raise Refusal(error.code_name, dispatched=False) from error
        id = session.parent
    visible = frozenset(names)
    return b"[%b]" % b",".join(tool.raw for tool in tools if tool.name in visible)
