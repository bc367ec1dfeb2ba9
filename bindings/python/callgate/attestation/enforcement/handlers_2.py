"""Handlers of a low-level server of mcp 2.x, from functions as the decorators of 1.x take them."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final

import mcp_types as types
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from callgate.attestation._carrier import UNVERIFIED_METHODS
from callgate.attestation.enforcement.calling import as_caller
from callgate.attestation.enforcement.resource_contents import read_result
from callgate.attestation.enforcement.tool_results import ToolCalls

Function = Callable[..., Awaitable[Any]]
Context = ServerRequestContext[Any, Any]
Handler = Callable[[Context, Any], Awaitable[Any]]


class SecondLineHandlers:
    """Registers handlers of the SDK; a middleware runs each as the caller of its request."""

    def __init__(self, server: Server[Any]) -> None:
        self._server = server
        self._tools = ToolCalls(server)
        server.middleware.append(_as_caller)

    def register(self, name: str, function: Function, options: dict[str, Any]) -> None:
        """Registers the function under the method that the decorator of this name stands for."""
        if name == "call_tool":
            called = self._tools.handler(function, **options)
            self._server.add_request_handler("tools/call", types.CallToolRequestParams, called)
            return
        method, parameters, make = _METHODS[name]
        self._server.add_request_handler(method, parameters, make(function))

    def streamable_http_app(self, path: str, options: dict[str, Any]) -> Any:
        """The application of the SDK, with its lifespan."""
        return self._server.streamable_http_app(streamable_http_path=path, **options)


async def _as_caller(ctx: Context, call_next: CallNext) -> HandlerResult:
    if ctx.method in UNVERIFIED_METHODS:
        return await call_next(ctx)
    modern = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
    result: HandlerResult = await as_caller(ctx.request, lambda: call_next(ctx), modern=modern)
    return result


def _listing(result: type[Any], member: str) -> Callable[[Function], Handler]:
    """Of a function that returns a list, or the result itself; it may take the parameters."""

    def make(function: Function) -> Handler:
        takes_parameters = bool(inspect.signature(function).parameters)

        async def handle(context: Context, params: Any) -> Any:
            listed = await (function(params) if takes_parameters else function())
            return listed if isinstance(listed, result) else result(**{member: list(listed)})

        return handle

    return make


def _reading(function: Function) -> Handler:
    async def handle(context: Context, params: types.ReadResourceRequestParams) -> Any:
        return read_result(str(params.uri), await function(params.uri))

    return handle


def _prompting(function: Function) -> Handler:
    async def handle(context: Context, params: types.GetPromptRequestParams) -> Any:
        return await function(params.name, params.arguments)

    return handle


def _completing(function: Function) -> Handler:
    async def handle(context: Context, params: types.CompleteRequestParams) -> Any:
        completion = await function(params.ref, params.argument, params.context)
        return types.CompleteResult(completion=completion or types.Completion(values=[]))

    return handle


_METHODS: Final[dict[str, tuple[str, type[Any], Callable[[Function], Handler]]]] = {
    "list_tools": (
        "tools/list",
        types.PaginatedRequestParams,
        _listing(types.ListToolsResult, "tools"),
    ),
    "list_resources": (
        "resources/list",
        types.PaginatedRequestParams,
        _listing(types.ListResourcesResult, "resources"),
    ),
    "list_resource_templates": (
        "resources/templates/list",
        types.PaginatedRequestParams,
        _listing(types.ListResourceTemplatesResult, "resource_templates"),
    ),
    "read_resource": ("resources/read", types.ReadResourceRequestParams, _reading),
    "list_prompts": (
        "prompts/list",
        types.PaginatedRequestParams,
        _listing(types.ListPromptsResult, "prompts"),
    ),
    "get_prompt": ("prompts/get", types.GetPromptRequestParams, _prompting),
    "completion": ("completion/complete", types.CompleteRequestParams, _completing),
}
