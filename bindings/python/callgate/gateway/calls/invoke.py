"""Invoker: one signed call, from the bytes of its envelope to the answer.

A call is dispatched at most once, and only after everything that allowed it is durable. What the
tool answered goes back as its bytes, unless the session ended meanwhile.
"""

from __future__ import annotations

import contextlib
import logging
import time
from typing import final

from callgate import CallgateError, Decision
from callgate._generations import Protocol
from callgate.audit.log import Receipt
from callgate.gateway.calls.authorize import Denied, authorize
from callgate.gateway.calls.progress import ToldProgress
from callgate.gateway.calls.refusals import RefusalRecorder
from callgate.gateway.calls.tool_list import tool_list
from callgate.gateway.services import Services
from callgate.gateway.wire import replies
from callgate.gateway.wire.refusal import Refusal
from callgate.gateway.wire.reply_lines import ReplyLines
from callgate.serving.reply import Reply

_log = logging.getLogger("callgate.gateway")


@final
class Invoker:
    """Answers signed calls, of every generation. One event loop owns it."""

    def __init__(self, services: Services, refusals: RefusalRecorder) -> None:
        self._services = services
        self._refusals = refusals
        self._under_way: dict[str | None, int] = {}  # calls, by session

    async def invoke(
        self,
        protocol: Protocol,
        envelope: bytes,
        *,
        trace_id: str,
        peer: str | None = None,
        lines: ReplyLines | None = None,
    ) -> Reply:
        """The answer, whatever happens. Only a cancellation goes through.

        ``lines`` are for progress, where the caller takes them; the answer is not among them.
        """
        call: _Call | None = None
        error: str | None = "INTERNAL_ERROR"
        try:
            decision, receipt = await authorize(
                self._services, self._refusals, envelope, trace_id=trace_id, peer=peer
            )
            call = _Call(self._services, decision, receipt)
            self._begin(decision.session_id)
            try:
                member, text = await call.run(lines)
            finally:
                self._end(decision.session_id)
            reply = replies.succeeded(decision.request_id, member, text)
            error = None
        except Exception as fault:
            dispatched = call is not None and call.dispatched
            request_id = None if call is None else call.request_id
            reply = _failure(fault, protocol, dispatched, request_id)
            error = reply.code_name
            if error == "INTERNAL_ERROR":
                _log.error("unforeseen in a call, trace %s", trace_id, exc_info=fault)
        finally:
            if call is not None:
                call.end(error)
        return reply

    def _begin(self, session_id: str | None) -> None:
        """So that no session takes all the room that calls under way have."""
        under_way = self._under_way.get(session_id, 0)
        if under_way >= self._services.http_limits.requests_per_session:
            message = "too many calls of this session are under way"
            raise Refusal("LIMIT_EXCEEDED", message, retry_after=1)
        self._under_way[session_id] = under_way + 1

    def _end(self, session_id: str | None) -> None:
        under_way = self._under_way.pop(session_id) - 1
        if under_way:
            self._under_way[session_id] = under_way


def _failure(
    fault: Exception, protocol: Protocol, dispatched: bool, request_id: str | int | None
) -> Reply:
    if isinstance(fault, Denied):
        return replies.denied(fault.decision, protocol, dispatched=dispatched)
    if isinstance(fault, CallgateError):
        return replies.refused(fault, protocol, dispatched=dispatched, request_id=request_id)
    return replies.unforeseen(protocol, dispatched=dispatched, request_id=request_id)


@final
class _Call:
    """An authorized call: dispatched at most once, ended by exactly one outcome line."""

    __slots__ = (
        "_decision",
        "_receipt",
        "_result",
        "_services",
        "_started",
        "dispatched",
    )

    def __init__(self, services: Services, decision: Decision, receipt: Receipt) -> None:
        self.dispatched = False
        self._services = services
        self._decision = decision
        self._receipt = receipt
        self._result: bytes | None = None
        self._started = time.perf_counter()

    async def run(self, lines: ReplyLines | None) -> tuple[bytes, bytes]:
        """The member of the answer, and its text."""
        decision = self._decision
        if decision.method == "tools/list":
            assert decision.session_id is not None
            tools = tool_list(self._services, decision.session_id)
            return b"result", b'{"tools":%b}' % tools
        progress = self._progress(lines)
        member, text = await self._ask(progress)
        self._result = text
        self._check_alive()
        judged = decision.check_response(text)
        if judged:
            if progress is not None:
                progress.check_size(text)
            return member, text
        if judged.code_name == "OUTPUT_SIZE_EXCEEDED":
            raise Denied(judged)
        raise Refusal("UPSTREAM_FAILED")

    def _progress(self, lines: ReplyLines | None) -> ToldProgress | None:
        if lines is None:
            return None
        limit = self._decision.max_response_size
        return ToldProgress(lines, is_alive=self._is_alive, limit=limit)

    async def _ask(self, progress: ToldProgress | None) -> tuple[bytes, bytes]:
        """What the tool's server answers, when what was told of its progress has been sent."""
        decision = self._decision
        assert decision.tool is not None and decision.arguments is not None
        async with progress or contextlib.nullcontext():
            upstream = await self._services.upstreams.call(
                decision.tool,
                decision.arguments,
                max_result=decision.max_response_size,
                on_dispatch=self._on_dispatch,
                on_progress=None if progress is None else progress.tell,
            )
        self.dispatched = True
        if upstream.result is not None:
            return b"result", upstream.result
        if upstream.error is not None:
            return b"error", upstream.error
        raise Refusal("UPSTREAM_FAILED")

    @property
    def request_id(self) -> str | int | None:
        """The caller's."""
        return self._decision.request_id

    def end(self, error: str | None) -> None:
        """Queues the outcome line. The result's digest is in it even if it was withheld."""
        self._services.audit.outcome(
            self._receipt,
            result=self._result,
            duration=time.perf_counter() - self._started,
            error=error,
            dispatched=self.dispatched,
        )

    def _on_dispatch(self) -> None:
        """Right before the bytes leave: the last moment at which a revocation stops the call.

        It comes after the audit record in any case, and after whatever the server was waited for.
        """
        self._check_alive()
        self.dispatched = True

    def _is_alive(self) -> bool:
        return self._services.ledger.alive(self._decision.session_id)

    def _check_alive(self) -> None:
        if not self._is_alive():
            raise Refusal("SESSION_INACTIVE")
