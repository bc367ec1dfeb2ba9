"""Handlers of a low-level server of mcp 1.x."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

from callgate.attestation.enforcement.calling import as_caller

_LOOPBACK: Final = ["127.0.0.1:*", "localhost:*", "[::1]:*"]


class FirstLineHandlers:
    """Registers through the SDK's own decorators."""

    def __init__(self, server: Any) -> None:
        self._server = server

    def register(
        self, name: str, function: Callable[..., Awaitable[Any]], options: dict[str, Any]
    ) -> None:
        """Registers the function; its handler runs as the caller of the request."""
        handlers: dict[type, Any] = self._server.request_handlers
        before = dict(handlers)
        getattr(self._server, name)(**options)(function)
        for kind, handler in list(handlers.items()):
            if before.get(kind) is not handler:
                handlers[kind] = self._as_caller(handler)

    def streamable_http_app(self, path: str, options: dict[str, Any]) -> Any:
        """The application of the SDK, with its lifespan."""
        from starlette.applications import Starlette
        from starlette.routing import Route

        managers = importlib.import_module("mcp.server.streamable_http_manager")
        options.setdefault("security_settings", _loopback_alone())
        manager = managers.StreamableHTTPSessionManager(app=self._server, **options)
        routes = [Route(path, endpoint=_Endpoint(manager))]
        return Starlette(routes=routes, lifespan=lambda app: manager.run())

    def _as_caller(
        self, handler: Callable[[Any], Awaitable[Any]]
    ) -> Callable[[Any], Awaitable[Any]]:
        async def handle(request: Any) -> Any:
            return await as_caller(self._server.request_context.request, lambda: handler(request))

        return handle


class _Endpoint:
    """An ASGI application, which a Route takes only as an object."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._manager.handle_request(scope, receive, send)


def _loopback_alone() -> Any:
    security = importlib.import_module("mcp.server.transport_security")
    return security.TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=_LOOPBACK,
        allowed_origins=[f"http://{host}" for host in _LOOPBACK],
    )
