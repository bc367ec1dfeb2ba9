"""What passes between a client of the MCP SDK and its transport, in both directions."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from typing import Any, Final

import anyio

from callgate.attestation import _sdk_line as sdk
from callgate.attestation._carrier import UNVERIFIED_METHODS, object_of
from callgate.attestation._engine import REASONS
from callgate.attestation._names import ATTESTATION_EXTENSION
from callgate.attestation.signing.messages import PROTOCOL_VERSION_META, MessageSigner
from callgate.attestation.signing.source import HeldToken, TokenSource
from callgate.attestation.signing.status import (
    AttestationUnsupported,
    discovered_requirements,
    handshake_status,
)

_log = logging.getLogger(__name__)

DISCOVER: Final = "server/discover"
_DISCOVER_ID: Final = "callgate-discover"
_DISCOVER_SECONDS: Final = 10.0
_REFUSED_BY_CLIENT: Final = -32603
_EXPIRED: Final = REASONS["expired"]
_VERSION_HEADER: Final = "mcp-protocol-version"
# A tool may have an effect, so no call of one is sent twice, whatever the server says of the first.
_NEVER_REPEATED: Final = "tools/call"


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request that is not answered yet, as the client wrote it."""

    method: str
    fields: dict[str, Any]
    metadata: Any
    held: HeldToken | None = None
    repeated: bool = False


class ClientGate:
    """Attests what goes out, and reads what comes in of attestation."""

    def __init__(
        self, source: TokenSource, signer: MessageSigner, require_server_support: bool
    ) -> None:
        self._source = source
        self._signer = signer
        self._require_support = require_server_support
        self._read: Any = None
        self._write: Any = None
        self._sent: dict[str, _Sent] = {}
        self._requirements: dict[str, Any] | None = None
        self._protocol_version: str | None = None  # of the modern era, once the client speaks it
        self._discovering = anyio.Lock()
        self._discovered = anyio.Event()
        self.closed = anyio.Event()
        self.status: dict[str, Any] | None = None
        self.session_token: HeldToken | None = None

    def connect(self, read: Any, write: Any) -> None:
        self._read, self._write = read, write

    async def to_server(self, item: Any) -> None:
        """Sends a message of the client, attested where it has to be. Raises CallgateError."""
        fields = sdk.fields_of(item)
        method = fields.get("method")
        if not isinstance(method, str):  # a response
            await self._write.send(item)
        elif method == "initialize":
            held = self.session_token = await self._source.for_handshake()
            await self._send(self._signer.handshake(fields, held), item.metadata, held)
        elif self._is_modern(fields) and method not in UNVERIFIED_METHODS:
            await self._send_modern(_Sent(method, fields, item.metadata))
        else:
            self._note(_Sent(method, fields, item.metadata))
            await self._write.send(item)

    async def next_for_client(self) -> Any:
        """The next message for the client. Raises EndOfStream, as the stream does."""
        while True:
            try:
                item = await self._read.receive()
            except (anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError):
                self.closed.set()
                raise
            if isinstance(item, Exception):
                return item
            fields = sdk.fields_of(item)
            if "method" in fields:
                return item
            sent = self._sent.pop(_id_json(fields), None)
            if sent is None:
                return item
            passed = await self._answered(sent, fields, item)
            if passed is not None:
                return passed

    async def _send(
        self, fields: dict[str, Any], metadata: Any, held: HeldToken | None = None
    ) -> None:
        self._note(_Sent(str(fields["method"]), fields, metadata, held))
        await self._write.send(sdk.message_of(fields, metadata))

    async def _send_modern(self, sent: _Sent) -> None:
        await self._discover(sent)
        if self._requirements is None:
            if self._require_support:
                raise AttestationUnsupported
            self._note(sent)
            await self._write.send(sdk.message_of(sent.fields, sent.metadata))
            return
        held = await self._source.reusable()
        signed = self._signer.request(sent.fields, held)
        self._note(replace(sent, held=held))
        await self._write.send(sdk.message_of(signed, sent.metadata))

    def _note(self, sent: _Sent) -> None:
        if "id" in sent.fields:
            self._sent[_id_json(sent.fields)] = sent
        elif sent.method == "notifications/cancelled":
            named = object_of(sent.fields.get("params")).get("requestId")
            self._sent.pop(json.dumps(named), None)

    def _is_modern(self, fields: dict[str, Any]) -> bool:
        """Requests of the modern era say so; its notifications are known by the requests."""
        meta = object_of(object_of(fields.get("params")).get("_meta"))
        version = meta.get(PROTOCOL_VERSION_META)
        if isinstance(version, str):
            self._protocol_version = version
            return True
        return "id" not in fields and self._protocol_version is not None

    async def _discover(self, sent: _Sent) -> None:
        """Asks the server what it wants, where the client has not asked it itself."""
        async with self._discovering:
            if self._discovered.is_set():
                return
            meta = object_of(object_of(sent.fields.get("params")).get("_meta"))
            envelope = {
                name: value
                for name, value in meta.items()
                if name.startswith("io.modelcontextprotocol/")
            }
            fields = {
                "jsonrpc": "2.0",
                "id": _DISCOVER_ID,
                "method": DISCOVER,
                "params": {"_meta": envelope},
            }
            await self._send(fields, _for_discover(sent.metadata))
            with anyio.fail_after(_DISCOVER_SECONDS):
                await self._discovered.wait()

    async def _answered(self, sent: _Sent, fields: dict[str, Any], item: Any) -> Any | None:
        """What the client gets of an answer: None where it gets another one later, or none."""
        result = fields.get("result")
        if sent.method == DISCOVER:
            self._requirements = discovered_requirements(object_of(result))
            self._discovered.set()
            return None if sent.fields["id"] == _DISCOVER_ID else item
        if sent.method == "initialize" and isinstance(result, dict):
            self.status = handshake_status(result)
            refusal = self._refusal()
            return item if refusal is None else _error(fields, refusal)
        if sent.held is None or sent.method == "initialize":
            return item
        if isinstance(result, dict):
            self.status = self._modern_status()
            return item
        if not _says_expired(fields):
            return item
        self._source.renew(sent.held)
        if sent.repeated or sent.method == _NEVER_REPEATED:
            return item
        try:
            await self._send_modern(replace(sent, repeated=True))
        except Exception:  # the issuer cannot be reached: the client hears of the first refusal
            _log.warning("an expired token could not be renewed", exc_info=True)
            return item
        return None

    def _modern_status(self) -> dict[str, Any]:
        """A server that requires attestations answers only whom it verified; others do not say."""
        said = {**(self._requirements or {})}
        if said.get("policy") == "required":
            said["verification_status"] = "verified"
        return said

    def _refusal(self) -> str | None:
        """Why the client must not go on after a handshake that succeeded; None where it may."""
        if self.status is None:
            return str(AttestationUnsupported()) if self._require_support else None
        said = self.status
        # Servers of others answer a handshake that they do not accept, and say so in it.
        if said.get("policy") == "required" and said.get("verification_status") == "failed":
            return "the server requires an attestation, and did not accept this one"
        return None


def _error(fields: dict[str, Any], message: str) -> Any:
    error = {"code": _REFUSED_BY_CLIENT, "message": message}
    return sdk.message_of({"jsonrpc": "2.0", "id": fields["id"], "error": error})


def _says_expired(fields: dict[str, Any]) -> bool:
    error = object_of(fields.get("error"))
    data = object_of(error.get("data"))
    return (
        error.get("code") == _EXPIRED.code
        and data.get("extension") == ATTESTATION_EXTENSION
        and data.get("reason") == _EXPIRED.name
    )


def _for_discover(metadata: Any) -> Any:
    """The headers of a message over HTTP, as they are for ``server/discover``."""
    headers = getattr(metadata, "headers", None)
    if headers is None:
        return None
    kept = {name: value for name, value in headers.items() if name.lower() == _VERSION_HEADER}
    return replace(
        metadata,
        headers={**kept, "Mcp-Method": DISCOVER},
        resumption_token=None,
        on_resumption_token_update=None,
    )


def _id_json(fields: dict[str, Any]) -> str:
    return json.dumps(fields.get("id"))
