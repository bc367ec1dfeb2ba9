"""Bounded HTTP/1.1 connections: uvicorn's, with bounds and with the server's own error bodies."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

import h11

from callgate.serving.answers import Answers
from callgate.serving.bounds import Bound, OnRefused, OutOfBounds
from callgate.serving.http_limits import HttpLimits
from callgate.serving.joined_writes import JoinedWrites
from callgate.serving.peer_protocol import PeerProtocol
from callgate.serving.reply import Reply
from callgate.serving.strict_framing import StrictFraming
from callgate.serving.trace import trace_id_given

if TYPE_CHECKING:
    from collections.abc import Callable

# h11's states of the peer in which a request is not all there.
_HEADERS: Final = frozenset({h11.IDLE})
_BODY: Final = frozenset({h11.SEND_BODY})
# Seconds in which what a peer still sends is thrown away, so that it gets to read the answer: to
# close on unread bytes is to reset the connection, and the answer with it.
_LINGER: Final = 1.0
# What is not read of an answer stays in memory, and a call that was answered holds no other place.
# Within so many times ``body_seconds`` a reader takes so many bytes at the least. The kernel asks
# for more only when a third of its own buffer, some megabytes, has gone.
_READ_TIMES: Final = 6
_READ: Final = 64 << 10
# Only what goes wrong here is logged, not what callers send: they could say it at any rate.
_LOG: Final = logging.getLogger("callgate.serving.http")
_LOG.setLevel(logging.ERROR)


def bounded_connections(
    http_limits: HttpLimits,
    *,
    answers: Answers,
    refused: OnRefused,
    uncounted: Callable[[str], bool] = lambda address: False,
) -> type[PeerProtocol]:
    """The class for uvicorn's ``http=``; the connections of all its instances are counted together.

    ``answers`` gives the bodies, ``refused`` is told of whatever is answered here, by the peer that
    the transport knows.
    ``uncounted`` names the addresses that stand for many peers, as trusted proxies do; peers on a
    unix socket have no address, and count only in all. uvicorn needs besides: ``ws="none"``,
    ``h11_max_incomplete_event_size=http_limits.header_bytes``, and no ``limit_concurrency``, whose
    answer is plain text.
    """

    members = {
        "http_limits": http_limits,
        "answers": answers,
        "refused": staticmethod(refused),
        "is_uncounted": staticmethod(uncounted),
        "open": Counter(),
    }
    return type("BoundedConnection", (_BoundedConnection,), members)


class _BoundedConnection(PeerProtocol):
    """One connection. A request that is not all there in time ends it, with 408; an answer that
    the peer does not read ends it, too."""

    conn: StrictFraming
    http_limits: HttpLimits
    answers: Answers
    refused: OnRefused
    is_uncounted: Callable[[str], bool]
    # By the peer's origin (of IPv6 the /64); all of them under "".
    open: Counter[str]

    _deadline: asyncio.TimerHandle | None = None
    _awaited: frozenset[Any] = frozenset()
    _counted: tuple[str, ...] = ()
    _lingering: asyncio.TimerHandle | None = None
    _reader: asyncio.TimerHandle | None = None
    _peer_is_done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.conn = StrictFraming(header_bytes=self.http_limits.header_bytes)
        joined: Any = JoinedWrites(cast(asyncio.Transport, transport), self.loop)
        self.logger = _LOG
        super().connection_made(joined)
        peer = self.peer
        if self.open[""] >= self.http_limits.connections:
            self._refuse_connection("connections", "too many connections are open")
            return
        counted: tuple[str, ...] = ("",)
        if peer.address is not None and not self.is_uncounted(peer.address):
            if self.open[peer.origin] >= self.http_limits.connections_per_address:
                message = "too many connections are open from this address"
                self._refuse_connection("connections_of_address", message)
                return
            counted = ("", peer.origin)
        self.open.update(counted)
        self._counted = counted
        self._await(_HEADERS)

    def connection_lost(self, exc: Exception | None) -> None:
        for key in self._counted:
            self.open[key] -= 1
            if not self.open[key]:
                del self.open[key]
        self._counted = ()
        self._await(frozenset())
        self._watch_reader(None)
        if self._lingering is not None:
            self._lingering.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._lingering is not None or self.transport.is_closing():
            return
        super().data_received(data)
        state = self.conn.their_state
        if state is h11.IDLE:
            if self.conn.trailing_data[0]:
                self._await(_HEADERS)
        elif state is h11.SEND_BODY:
            self._await(_BODY)
        elif self._deadline is not None:
            self._await(frozenset())

    # uvicorn declares that nothing is returned; asyncio asks whether to keep the connection open.
    def eof_received(self) -> bool | None:  # type: ignore[override]
        """The peer sends no more. A request that is all there is answered before the connection
        ends; TLS has no half of a connection to keep open."""
        is_whole = self.conn.their_state is h11.DONE and self.transport.can_write_eof()
        self._peer_is_done = is_whole and self._lingering is None
        if not self._peer_is_done:
            # asyncio would close by itself, and know nothing of writes that wait to be joined.
            self.transport.close()
        return self._peer_is_done

    def on_response_complete(self) -> None:
        """After this, the next of several requests that came at once is under way."""
        super().on_response_complete()
        if self._peer_is_done and self.conn.their_state is not h11.DONE:
            self.transport.close()

    def pause_writing(self) -> None:
        """More of an answer is unread than should be."""
        super().pause_writing()
        self._watch_reader(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Most of it is read."""
        self._watch_reader(None)
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """The connection was idle for long enough."""
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def shutdown(self) -> None:
        """The server stops."""
        if self._lingering is not None:
            self.transport.close()
            return
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """For what is no HTTP: uvicorn's answer would be plain text."""
        self._answer_and_close("malformed_http", self.answers.malformed(self._path()))

    def _await(self, states: frozenset[Any]) -> None:
        """Gives the peer time, from now, to leave ``states``; it has it once for each."""
        if states == self._awaited and self._deadline is not None:
            return
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._awaited = states
        if states:
            of_headers = states is _HEADERS
            seconds = (
                self.http_limits.header_seconds if of_headers else self.http_limits.body_seconds
            )
            self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _watch_reader(self, unread: int | None) -> None:
        """``unread`` bytes are to become fewer; None: no reader needs to be watched."""
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
        if unread is not None:
            self._reader = self.loop.call_later(
                _READ_TIMES * self.http_limits.body_seconds, self._check_reader, unread
            )

    def _check_reader(self, before: int) -> None:
        unread = self.transport.get_write_buffer_size()
        if unread > before - _READ:
            self.transport.abort()
        else:
            self._watch_reader(unread)

    def _too_slow(self) -> None:
        self._deadline = None
        if self.transport.is_closing() or self.conn.their_state not in self._awaited:
            return
        error = OutOfBounds("slow_request", "the request did not arrive in time")
        self._answer_and_close(error.bound, self.answers.refused(error, self._path()))

    def _refuse_connection(self, bound: Bound, message: str) -> None:
        error = OutOfBounds(bound, message, retry_after=1)
        self._answer(bound, self.answers.refused(error, ""))
        self.transport.close()

    def _path(self) -> str:
        return self.scope["path"] if self.scope else ""

    def _answer_and_close(self, bound: Bound, reply: Reply) -> None:
        self._answer(bound, reply)
        if self.cycle is not None and not self.cycle.response_complete:
            # The application, if it waits for the body, is told that the caller went away.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._await(frozenset())
        if not self.transport.can_write_eof():
            self.transport.close()
            return
        self.flow.resume_reading()
        self.transport.write_eof()
        self._lingering = self.loop.call_later(_LINGER, self.transport.close)

    def _answer(self, bound: Bound, reply: Reply) -> None:
        """Writes it and tells of it, unless another answer began."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        self._tell(bound, reply)
        status = HTTPStatus(reply.status)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(reply.body)),
            (b"connection", b"close"),
            *reply.headers,
        ]
        response = h11.Response(
            status_code=status.value, headers=headers, reason=status.phrase.encode()
        )
        body = reply.body if self.conn.expects_body else b""
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")

    def _tell(self, bound: Bound, reply: Reply) -> None:
        # The last request's is another's, once that is answered.
        under_way = self.cycle is not None and not self.cycle.response_complete
        trace_id = trace_id_given(self.cycle.scope) if under_way else None
        code_name = reply.code_name or "INTERNAL_ERROR"
        self.refused(bound, code_name, self.peer.name, trace_id)
