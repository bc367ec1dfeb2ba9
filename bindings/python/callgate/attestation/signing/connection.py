"""One connection of an agent to an MCP server: what it sends is attested, in either era."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from callgate.attestation._carrier import (
    EVENT_HEADER,
    PROOF_HEADER,
    SESSION_HEADER,
    http_proof_method,
    http_request_hash,
)
from callgate.attestation._streams import ReadStream, WriteStream
from callgate.attestation.signing.client_gate import ClientGate
from callgate.attestation.signing.messages import MessageSigner
from callgate.attestation.signing.source import TokenSource


class AgentConnection:
    """Attests what one client sends over one transport. Make one for each connection.

    In the legacy era the token goes with ``initialize``. In the modern era token and proof go with
    each message, once ``server/discover`` said that the server wants them.
    """

    def __init__(
        self,
        source: TokenSource,
        audience: str,
        *,
        require_server_support: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``audience`` is the server's URL, as it compares it, which goes into each proof."""
        self._signer = MessageSigner(audience, clock)
        self._gate = ClientGate(source, self._signer, require_server_support)

    @property
    def status(self) -> dict[str, Any] | None:
        """What the server says of this caller: ``verification_status``, ``trust_level``, …

        None before it said anything, and of a server that knows nothing of attestation.
        """
        return self._gate.status

    @property
    def verified(self) -> bool:
        """Whether the server says that it verified this caller."""
        status = self._gate.status
        return status is not None and status.get("verification_status") == "verified"

    async def closed(self) -> None:
        """Returns when the transport has closed."""
        await self._gate.closed.wait()

    def streams(self, read: Any, write: Any) -> tuple[ReadStream, WriteStream]:
        """The streams that a transport gave, attesting. Use these in their place."""
        self._gate.connect(read, write)
        return (
            ReadStream(read, self._gate.next_for_client),
            WriteStream(write, self._gate.to_server),
        )

    @asynccontextmanager
    async def transport(
        self, transport: AbstractAsyncContextManager[Any]
    ) -> AsyncIterator[tuple[Any, ...]]:
        """A transport of the SDK, such as ``stdio_client(…)``, attesting."""
        async with transport as (read, write, *others):
            yield (*self.streams(read, write), *others)

    async def sign_http(self, request: Any) -> None:
        """Adds the proof to a GET or DELETE of the session, for servers that require proofs.

        It is an event hook of the HTTP client that the transport gets:
        ``httpx2.AsyncClient(event_hooks={"request": [connection.sign_http]})``.
        """
        held = self._gate.session_token
        session = request.headers.get(SESSION_HEADER)
        if request.method not in ("GET", "DELETE") or session is None:
            return
        if held is None or held.key is None:
            return
        request_hash = http_request_hash(session, request.headers.get(EVENT_HEADER))
        proof = self._signer.proof(held, http_proof_method(request.method), request_hash)
        request.headers[PROOF_HEADER] = proof
