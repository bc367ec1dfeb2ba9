"""The asynchronous clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, ClassVar, TypeVar

from callgate.smcp import _flow
from callgate.smcp._async_http import AsyncHttp
from callgate.smcp._attestation_result import AttestationResult, UnprintedAttestationResult
from callgate.smcp._client_base import ClientBase, GenerationName
from callgate.smcp._httpx import anyio
from callgate.smcp._outcome import beginning_with_outcome
from callgate.smcp._progress import OnProgress
from callgate.smcp._wire import Exchange
from callgate.smcp.errors import TokenRefused

C = TypeVar("C", bound="AsyncSMCPClient")
T = TypeVar("T")


class AsyncSMCPClient(ClientBase):
    """Attests to a gateway and makes signed calls; generation B unless told otherwise.

    A new key is made at construction and erased by ``close``, at the end of an ``async with``
    block, or when nothing refers to the client any more. Tasks of one event loop may share a
    client. Every failure is an SMCPError.
    """

    _generation: ClassVar[GenerationName] = "B"

    def _open(self) -> None:
        self._http = AsyncHttp(self._connection)
        self._attesting = anyio.Lock()

    async def attest(self) -> AttestationResult:
        """Proves the key and gets a security token. Called again, renews it in the same session."""
        async with self._attesting:
            return await self._http.run(_flow.attest(self._session, self._clock))

    async def call_tool(
        self,
        tool_name: str,
        arguments: Mapping[str, Any],
        *,
        on_progress: OnProgress | None = None,
    ) -> Any:
        """The tool's result, as its server gave it.

        A token near its end is renewed before, and once more if the gateway refuses it without
        having dispatched the call. The message of every SMCPError begins with whether the tool ran.
        ``on_progress`` is awaited with progress, total and message of each
        ``notifications/progress`` of the tool's server, where the gateway passes them on; it takes
        from the time of the call, which progress does not extend.
        """
        with beginning_with_outcome():
            strict = self._session.options.strict_interop
            params = _flow.call_params(tool_name, arguments, strict_interop=strict)
            return await self._signed(
                lambda: _flow.call_tool(self._session, self._clock, params, on_progress)
            )

    async def list_tools(self) -> list[dict[str, Any]]:
        """The tools that the session could ever call, as their servers describe them."""
        return await self._signed(lambda: _flow.list_tools(self._session, self._clock))

    async def end_session(self) -> None:
        """Ends the session at the gateway for good, with every token of it.

        ``close`` does not: other clients with the same key may share the session. GatewayRefused
        with ``http_status`` 404: the gateway has no such path.
        """
        async with self._attesting:
            await self._http.run(_flow.end_session(self._session, self._clock))

    async def close(self) -> None:
        """Erases the key and ends the connections. May be called more than once."""
        self._erase()
        await self._http.close()

    async def _signed(self, begin: Callable[[], Exchange[T]]) -> T:
        # The lock lets one caller renew while the others wait for its token.
        if self._session.renewal_is_due(self._clock()):
            async with self._attesting:
                await self._http.run(_flow.renew_early(self._session, self._clock))
        token = self._session.live_token()
        try:
            return await self._http.run(begin())
        except TokenRefused as error:
            if error.dispatched is not False:
                raise
        async with self._attesting:
            await self._http.run(_flow.replace_token(self._session, self._clock, token))
        return await self._http.run(begin())

    async def __aenter__(self: C) -> C:
        self._session.check_open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


class AsyncSEALClient(AsyncSMCPClient):
    """AsyncSMCPClient for the SEAL generation (C)."""

    _generation = "C"
    _result_type = UnprintedAttestationResult
