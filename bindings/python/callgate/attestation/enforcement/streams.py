"""A pair of message streams, as stdio servers have, that passes only judged messages."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from typing import Any, Final

import anyio

from callgate.attestation import _sdk_line as sdk
from callgate.attestation._carrier import without_carrier
from callgate.attestation._context import AttestationContext
from callgate.attestation._streams import ReadStream, WriteStream
from callgate.attestation.enforcement.context import SCOPE_KEY, StreamRequest
from callgate.attestation.enforcement.judge import LISTEN, POLL_SECONDS, Judge, Judgement
from callgate.attestation.enforcement.outcome import (
    Dropped,
    Passed,
    Refused,
    id_in_use,
    refused,
)
from callgate.attestation.enforcement.results import Results
from callgate.attestation.enforcement.session import LegacySession

_log = logging.getLogger(__name__)

_SUBSCRIPTION: Final = "io.modelcontextprotocol/subscriptionId"


@dataclass(frozen=True, slots=True)
class _Pending:
    """A request that the server has and that is not answered yet."""

    id_json: bytes
    context: AttestationContext | None
    listens: bool


class StreamGate:
    """What the two streams of one connection share."""

    def __init__(self, judge: Judge, read: Any, write: Any) -> None:
        self.judge = judge
        self.read = read
        self.write = write
        self.session: LegacySession | None = None
        # Whether the latest initialize passed without a token, so that there is no session here.
        self._is_anonymous = False
        self._results = Results(judge.verifier, judge.guards)
        self._pending: dict[str, _Pending] = {}
        self._to_server: list[Any] = []

    async def next_for_server(self) -> Any:
        """The next message that may pass. Raises EndOfStream, as the stream does."""
        while True:
            await self._end_streams()
            if self._to_server:
                return self._to_server.pop(0)
            item = await self._received()
            if item is not None and (passed := await self._judged(item)) is not None:
                return passed

    async def to_client(self, item: Any) -> None:
        """Sends what the server says, as this caller gets it."""
        fields = sdk.fields_of(item)
        if "method" in fields:
            if self._may_hear(fields):
                await self.write.send(item)
            return
        pending = self._pending.pop(_id_json(fields), None)
        if pending is None:  # cancelled, or ended by us
            return
        result = self._results.changed(fields.get("result"), pending.context)
        if result is None:
            await self.write.send(item)
        else:
            await self.write.send(sdk.message_of({**fields, "result": result}, item.metadata))

    async def _received(self) -> Any | None:
        """The next item, or None when it is time to look at the streams that are open."""
        if not any(pending.listens for pending in self._pending.values()):
            return await self.read.receive()
        with anyio.move_on_after(POLL_SECONDS):
            return await self.read.receive()
        return None

    async def _judged(self, item: Any) -> Any | None:
        if isinstance(item, Exception):  # what the transport could not read
            self.judge.dropped += 1
            return None
        fields = sdk.fields_of(item)
        judged = await self.judge.judge(sdk.text_of(fields), self.session)
        if judged.is_handshake:
            self.session = judged.opens
            self._is_anonymous = judged.opens is None and isinstance(judged.outcome, Passed)
        outcome = judged.outcome
        if isinstance(outcome, Passed) and self._is_pending(fields):
            outcome = id_in_use(judged.id_json)
        if isinstance(outcome, Refused):
            await self._answer(outcome)
            return None
        if isinstance(outcome, Dropped):
            return None
        self._note(judged, outcome, fields)
        request = StreamRequest({SCOPE_KEY: outcome.context})
        metadata = sdk.ServerMessageMetadata(request_context=request)
        if isinstance(item.metadata, sdk.ServerMessageMetadata):
            metadata = replace(item.metadata, request_context=request)
        return sdk.message_of(without_carrier(fields), metadata)

    def _is_pending(self, fields: dict[str, Any]) -> bool:
        return "method" in fields and "id" in fields and _id_json(fields) in self._pending

    def _note(self, judged: Judgement, outcome: Passed, fields: dict[str, Any]) -> None:
        message = judged.message
        if message is None or message.kind == "response":
            return
        if message.kind == "request":
            pending = _Pending(judged.id_json, outcome.context, message.method == LISTEN)
            self._pending[_id_json(fields)] = pending
        elif message.method == "notifications/cancelled":
            params = fields.get("params")
            named = params.get("requestId") if isinstance(params, dict) else None
            self._pending.pop(json.dumps(named), None)

    async def _answer(self, outcome: Refused) -> None:
        try:
            message = sdk.message_of(outcome.fields)
        except ValueError:  # the first line cannot write an error without an id
            _log.debug("refused a message without an id: %s", outcome.message)
            return
        await self.write.send(message)

    async def _end_streams(self) -> None:
        """Ends the streams whose caller is no longer verified: tells the client, and the server."""
        for key, pending in list(self._pending.items()):
            if not pending.listens or (reason := self._over(pending.context)) is None:
                continue
            del self._pending[key]
            cancelled = {
                "jsonrpc": "2.0",
                "method": "notifications/cancelled",
                "params": {"requestId": json.loads(pending.id_json), "reason": reason},
            }
            self._to_server.append(sdk.message_of(cancelled))
            await self._answer(refused(reason, "modern", pending.id_json))

    def _over(self, context: AttestationContext | None) -> str | None:
        return None if context is None else self.judge.over(context)

    def _may_hear(self, fields: dict[str, Any]) -> bool:
        """Whether a request or notification of the server may go out."""
        params = fields.get("params")
        meta = params.get("_meta") if isinstance(params, dict) else None
        if isinstance(meta, dict) and _SUBSCRIPTION in meta:
            pending = self._pending.get(json.dumps(meta[_SUBSCRIPTION]))
            return pending is not None and self._over(pending.context) is None
        if self.session is not None:
            return self.session.ended(self.judge.verifier, self.judge.now()) is None
        # A method that needs no verification has no context, and lets no caller in.
        admitted = (pending.context is not None for pending in self._pending.values())
        return self._is_anonymous or any(admitted)


def _id_json(fields: dict[str, Any]) -> str:
    return json.dumps(fields.get("id"))


def attested_streams(judge: Judge, read: Any, write: Any) -> tuple[ReadStream, WriteStream]:
    """The streams of one connection, judged. Nothing else may read or write the inner ones."""
    gate = StreamGate(judge, read, write)
    return ReadStream(read, gate.next_for_server), WriteStream(write, gate.to_client)
