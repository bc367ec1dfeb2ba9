"""An asynchronous client under the names of the synchronous one, so that one test runs both."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Literal

from anyio.from_thread import BlockingPortal, start_blocking_portal
from callgate.smcp import (
    AsyncSEALClient,
    AsyncSMCPClient,
    AttestationResult,
    SEALClient,
    SMCPClient,
)

Kind = Literal["sync", "async"]


class BlockingClient:
    """Runs an AsyncSMCPClient on the portal's event loop."""

    def __init__(self, portal: BlockingPortal, client: AsyncSMCPClient) -> None:
        self.portal = portal
        self.client = client

    def attest(self) -> AttestationResult:
        return self.portal.call(self.client.attest)

    def call_tool(self, tool_name: str, arguments: Any) -> Any:
        return self.portal.call(self.client.call_tool, tool_name, arguments)

    def list_tools(self) -> list[dict[str, Any]]:
        return self.portal.call(self.client.list_tools)

    def end_session(self) -> None:
        self.portal.call(self.client.end_session)

    def close(self) -> None:
        self.portal.call(self.client.close)

    def __enter__(self) -> BlockingClient:
        self.portal.call(self.client.__aenter__)
        return self

    def __exit__(self, *error: Any) -> None:
        self.portal.call(self.client.__aexit__, *error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


class Clients:
    """Makes clients of one kind and closes them."""

    def __init__(self, kind: Kind, stack: ExitStack) -> None:
        self.kind = kind
        self.stack = stack
        self.portal = stack.enter_context(start_blocking_portal()) if kind == "async" else None

    def smcp(
        self, url: str, workload: str = "exec-1", scope: str = "project", **options: Any
    ) -> Any:
        return self._make(SMCPClient, AsyncSMCPClient, url, workload, scope, **options)

    def seal(
        self, url: str, workload: str = "exec-1", scope: str = "project", **options: Any
    ) -> Any:
        return self._make(SEALClient, AsyncSEALClient, url, workload, scope, **options)

    def _make(
        self,
        kind: type[SMCPClient],
        async_kind: type[AsyncSMCPClient],
        *parameters: str,
        **options: Any,
    ) -> Any:
        client: SMCPClient | BlockingClient
        if self.portal is None:
            client = kind(*parameters, **options)
        else:
            client = BlockingClient(self.portal, async_kind(*parameters, **options))
        close: Callable[[], None] = client.close
        self.stack.callback(close)
        return client
