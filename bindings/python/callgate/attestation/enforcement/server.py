"""AttestingServer: a server of the MCP SDK whose callers are verified."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, TypeVar, cast

from callgate import CallgateError
from callgate.attestation import _sdk_line as sdk
from callgate.attestation._context import AttestationContext
from callgate.attestation._names import ATTESTATION_CAPABILITY_KEY, TrustLevel
from callgate.attestation._verifier import AttestationVerifier
from callgate.attestation.enforcement.asgi import AttestedApplication
from callgate.attestation.enforcement.calling import attestation_denied, current_caller
from callgate.attestation.enforcement.guards import Guards, ToolGuard, tool_guard
from callgate.attestation.enforcement.judge import Judge
from callgate.attestation.enforcement.results import Results
from callgate.attestation.enforcement.session import SESSION_LIFETIME, SessionLifetime
from callgate.attestation.enforcement.streams import attested_streams

Function = TypeVar("Function", bound=Callable[..., Awaitable[Any]])

_GUARDS: Final = "__callgate_tool_guards__"


class AttestingServer:
    """Puts attestation before a low-level ``Server`` of the SDK, and takes its decorators.

    Serve it with ``run``, ``run_stdio`` or ``streamable_http_app``. A handler that is reached in
    another way denies, since nothing verified its caller. Add handlers and guards before it serves.
    """

    def __init__(
        self,
        server: Any,
        verifier: AttestationVerifier,
        *,
        session_lifetime: SessionLifetime = SESSION_LIFETIME,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``session_lifetime`` is in seconds, or ``"token"``: sessions end with their token.
        ``clock`` gives seconds since 1970.
        """
        self.server: Final = server
        self.verifier: Final = verifier
        self._guards = Guards()
        self._judge = Judge(
            verifier, guards=self._guards, session_lifetime=session_lifetime, clock=clock
        )
        self._results = Results(verifier, self._guards)
        self._handlers = _handlers(self)
        self._registered: list[Any] = []

    def get_attestation_context(self, session: object = None) -> AttestationContext | None:
        """The caller of the request that is being handled; None outside of a handler.

        ``session`` is not looked at: a context belongs to a request.
        """
        del session
        return current_caller()

    def require_attestation(
        self,
        trust_level: TrustLevel | str | None = None,
        issuer: str | None = None,
        check: Callable[[AttestationContext], bool] | None = None,
        *,
        tools: Iterable[str] | None = None,
    ) -> Callable[[Function], Function]:
        """Guards the function below it, to which ``call_tool()`` stands above.

        Only a verified caller of at least this level and of this issuer, for which ``check`` gives
        True, may call ``tools``, or any tool without them. Others do not see them listed.
        """
        guard = tool_guard(trust_level, issuer, check, tools=tools)

        def decorate(function: Function) -> Function:
            if function in self._registered:
                message = "require_attestation stands below the decorator of the SDK, not above it"
                raise CallgateError(message, "INVALID_ARGUMENT", "require_attestation")
            return self._guarded(function, guard)

        return decorate

    def list_tools(self) -> Callable[[Function], Function]:
        return self._decorator("list_tools")

    def call_tool(self, *, validate_input: bool = True) -> Callable[[Function], Function]:
        """Of a function that takes the name of a tool and its arguments."""
        return self._decorator("call_tool", validate_input=validate_input)

    def list_resources(self) -> Callable[[Function], Function]:
        return self._decorator("list_resources")

    def list_resource_templates(self) -> Callable[[Function], Function]:
        return self._decorator("list_resource_templates")

    def read_resource(self) -> Callable[[Function], Function]:
        return self._decorator("read_resource")

    def list_prompts(self) -> Callable[[Function], Function]:
        return self._decorator("list_prompts")

    def get_prompt(self) -> Callable[[Function], Function]:
        return self._decorator("get_prompt")

    def completion(self) -> Callable[[Function], Function]:
        return self._decorator("completion")

    def get_capabilities(self, *arguments: Any, **options: Any) -> Any:
        """The server's, which say that it wants attestations. Parameters are those of the SDK."""
        if not arguments and "notification_options" not in options:
            options["notification_options"] = _notification_options()
        options["experimental_capabilities"] = self._experimental(options)
        return self.server.get_capabilities(*arguments, **options)

    def create_initialization_options(self, *arguments: Any, **options: Any) -> Any:
        """What ``run`` takes. Parameters are those of the SDK."""
        options["experimental_capabilities"] = self._experimental(options)
        return self.server.create_initialization_options(*arguments, **options)

    def build_attestation_response(
        self, context: AttestationContext | None = None
    ) -> dict[str, Any]:
        """What the handshake tells this caller, under ``security.attestation``."""
        return self._results.handshake_capability(context)

    async def run(
        self,
        read_stream: Any,
        write_stream: Any,
        initialization_options: Any = None,
        raise_exceptions: bool = False,
    ) -> None:
        """Serves one connection over a pair of message streams until the client closes it."""
        reading, writing = attested_streams(self._judge, read_stream, write_stream)
        options = initialization_options or self.create_initialization_options()
        await self.server.run(reading, writing, options, raise_exceptions)

    async def run_stdio(self) -> None:
        """Serves the process's standard input and output."""
        from mcp.server.stdio import stdio_server

        async with stdio_server() as (reading, writing):
            await self.run(reading, writing)

    def streamable_http_app(
        self, *, path: str = "/mcp", open_paths: Iterable[str] = (), **options: Any
    ) -> AttestedApplication:
        """An ASGI application that serves Streamable HTTP at ``path``.

        ``options`` are those of the SDK's StreamableHTTPSessionManager (1.x) or
        ``Server.streamable_http_app`` (2.x). Paths below ``open_paths`` are not judged.
        """
        app = self._handlers.streamable_http_app(path, options)
        attested = AttestedApplication(app, self._judge, open_paths=open_paths)
        if attested.opens(path):
            message = f"{path} is where MCP is served: it must not be open"
            raise CallgateError(message, "INVALID_ARGUMENT", "open_paths")
        return attested

    @property
    def dropped_messages(self) -> int:
        """How many notifications, responses and unreadable messages were dropped."""
        return self._judge.dropped

    def _decorator(self, name: str, **options: Any) -> Callable[[Function], Function]:
        def decorate(function: Function) -> Function:
            guards: tuple[ToolGuard, ...] = getattr(function, _GUARDS, ())
            if guards and name != "call_tool":
                message = "require_attestation guards calls of tools: put it below call_tool()"
                raise CallgateError(message, "INVALID_ARGUMENT", "require_attestation")
            for guard in guards:
                self._guards.add(guard)
            self._handlers.register(name, function, options)
            self._registered.append(function)
            return function

        return decorate

    def _guarded(self, function: Function, guard: ToolGuard) -> Function:
        parameters = inspect.signature(function)

        @functools.wraps(function)
        async def guarded(*arguments: Any, **named: Any) -> Any:
            bound = parameters.bind(*arguments, **named).arguments
            tool = next(iter(bound.values()), None)
            if not Guards([guard]).allow(current_caller(), tool):
                raise attestation_denied("policy")
            return await function(*arguments, **named)

        earlier: tuple[ToolGuard, ...] = getattr(function, _GUARDS, ())
        setattr(guarded, _GUARDS, (*earlier, guard))
        return cast("Function", guarded)

    def _experimental(self, options: dict[str, Any]) -> dict[str, Any]:
        given = options.get("experimental_capabilities") or {}
        return {**given, ATTESTATION_CAPABILITY_KEY: self._results.handshake_capability(None)}


def _handlers(server: AttestingServer) -> Any:
    if sdk.LINE == 1:
        from callgate.attestation.enforcement.handlers_1 import FirstLineHandlers

        return FirstLineHandlers(server.server)
    from callgate.attestation.enforcement.handlers_2 import SecondLineHandlers

    return SecondLineHandlers(server.server)


def _notification_options() -> Any:
    from mcp.server.lowlevel import NotificationOptions

    return NotificationOptions()
