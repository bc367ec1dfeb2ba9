"""GET /health: whether the registry serves, and what its trust backends say."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from callgate import __version__
from callgate.registry.http import replies
from callgate.serving.reply import Reply
from callgate.trust.view import TrustView

SERVICE: Final = "mcp-mesh-registry"  # as clients of the public registry know it


class Health:
    """``failing`` says what keeps the registry from serving; None: nothing."""

    def __init__(self, trust: TrustView | None, failing: Callable[[], str | None]) -> None:
        self._trust = trust
        self._failing = failing
        self._started = time.monotonic()

    def reply(self) -> Reply:
        """A backend that is stale or unavailable is told, and is no failure of the registry."""
        failing = self._failing()
        body: dict[str, Any] = {
            "service": SERVICE,
            "status": "healthy" if failing is None else "unhealthy",
            "version": __version__,
            "uptime_seconds": int(time.monotonic() - self._started),
            "timestamp": replies.now_text(),
        }
        if self._trust is not None:
            body["trust"] = {
                "generation": self._trust.generation,
                "backends": [
                    {
                        "name": state.name,
                        "status": state.status,
                        **({} if state.detail is None else {"detail": state.detail}),
                        **({"problems": len(state.problems)} if state.problems else {}),
                    }
                    for state in self._trust.states
                ],
            }
        if failing is None:
            return replies.found(body)
        return replies.unhealthy({**body, "detail": failing})


class HealthApp:
    """The listener for probes: it answers this, and nothing else."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in ("/health", "/healthz", "/ready", "/livez"):
            reply = replies.not_found(scope["path"])
        elif scope["method"] not in ("GET", "HEAD"):
            reply = replies.method_not_allowed("GET", "HEAD")
        else:
            reply = self._health.reply()
        await reply.send(send)
