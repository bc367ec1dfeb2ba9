"""The synchronous clients."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, ClassVar, TypeVar

from callgate.smcp import _flow
from callgate.smcp._attestation_result import AttestationResult, UnprintedAttestationResult
from callgate.smcp._client_base import ClientBase, GenerationName
from callgate.smcp._http import Http
from callgate.smcp._outcome import beginning_with_outcome
from callgate.smcp._wire import Exchange
from callgate.smcp.errors import TokenRefused

C = TypeVar("C", bound="SMCPClient")
T = TypeVar("T")


class SMCPClient(ClientBase):
    """Attests to a gateway and makes signed calls; generation B unless told otherwise.

    A new key is made at construction and erased by ``close``, at the end of a ``with`` block, or
    when nothing refers to the client any more. Threads may share a client. Every failure is an
    SMCPError.
    """

    _generation: ClassVar[GenerationName] = "B"

    def _open(self) -> None:
        self._http = Http(self._connection)
        self._attesting = threading.Lock()

    def attest(self) -> AttestationResult:
        """Proves the key and gets a security token. Called again, renews it in the same session."""
        with self._attesting:
            return self._http.run(_flow.attest(self._session, self._clock))

    def call_tool(self, tool_name: str, arguments: Mapping[str, Any]) -> Any:
        """The tool's result, as its server gave it.

        A token near its end is renewed before, and once more if the gateway refuses it without
        having dispatched the call. The message of every SMCPError begins with whether the tool ran.
        """
        with beginning_with_outcome():
            strict = self._session.options.strict_interop
            params = _flow.call_params(tool_name, arguments, strict_interop=strict)
            return self._signed(lambda: _flow.call_tool(self._session, self._clock, params))

    def list_tools(self) -> list[dict[str, Any]]:
        """The tools that the session could ever call, as their servers describe them."""
        return self._signed(lambda: _flow.list_tools(self._session, self._clock))

    def end_session(self) -> None:
        """Ends the session at the gateway for good, with every token of it.

        ``close`` does not: other clients with the same key may share the session. GatewayRefused
        with ``http_status`` 404: the gateway has no such path.
        """
        with self._attesting:
            self._http.run(_flow.end_session(self._session, self._clock))

    def close(self) -> None:
        """Erases the key and ends the connections. May be called more than once."""
        self._erase()
        self._http.close()

    def __del__(self) -> None:
        super().__del__()
        if hasattr(self, "_http"):
            self._http.close()

    def _signed(self, begin: Callable[[], Exchange[T]]) -> T:
        # The lock lets one caller renew while the others wait for its token.
        if self._session.renewal_is_due(self._clock()):
            with self._attesting:
                self._http.run(_flow.renew_early(self._session, self._clock))
        token = self._session.live_token()
        try:
            return self._http.run(begin())
        except TokenRefused as error:
            if error.dispatched is not False:
                raise
        with self._attesting:
            self._http.run(_flow.replace_token(self._session, self._clock, token))
        return self._http.run(begin())

    def __enter__(self: C) -> C:
        self._session.check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class SEALClient(SMCPClient):
    """SMCPClient for the SEAL generation (C)."""

    _generation = "C"
    _result_type = UnprintedAttestationResult
