"""A real listener with TrustTls in front of a small application, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from authorities import DAY, Issued, authority, issued
from callgate.serving.bounds import Bound, OutOfBounds
from callgate.serving.connection import bounded_connections
from callgate.serving.http_limits import HttpLimits
from callgate.serving.listener import Listener
from callgate.serving.peer import peer_of
from callgate.serving.reply import Reply
from callgate.serving.sockets import bound_sockets, limit_accepts
from callgate.serving.tls.trust_tls import TrustTls
from callgate.trust import TrustSnapshot, Verdict
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PIECE = b"0123456789abcdef" * 4096
SERVERS = authority("Servers")
T = TypeVar("T")


class Trusted:
    """A judge over a snapshot, which ``change`` replaces."""

    def __init__(self, entities: Mapping[str, Issued]) -> None:
        self.generation = 0
        self.judged = 0
        self.change(entities)

    def change(self, entities: Mapping[str, Issued]) -> None:
        self.entities = dict(entities)
        self.snapshot = TrustSnapshot({name: [one.pem] for name, one in entities.items()})
        self.generation += 1

    def judge(self, chain: tuple[bytes, ...]) -> Verdict:
        self.judged += 1
        return self.snapshot.verify(chain)


class PlainAnswers:
    def malformed(self, path: str) -> Reply:
        return Reply(400, b'{"error":"malformed"}', code_name="INVALID_ARGUMENT")

    def refused(self, error: OutOfBounds, path: str) -> Reply:
        return Reply(429, b'{"error":"%b"}' % error.bound.encode(), code_name=error.code_name)


class Application:
    """What it is asked for: who the peer is, what a body's digest is, bytes, a stream."""

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self.may_read = threading.Event()
        self.may_read.set()
        self.cut_off = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = {"/who": self.who, "/digest": self.digest, "/bytes": self.bytes, "/hold": self.hold}
        await route[scope["path"]](scope, receive, send)

    async def who(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = peer_of(scope)
        body = {
            "subject": None if peer.subject is None else peer.subject.name,
            "entity": None if peer.subject is None else peer.subject.entity,
            "reason": None if peer.verdict is None else peer.verdict.reason,
            "thumbprint": peer.certificate_thumbprint,
            "chain": [hashlib.sha256(one).hexdigest() for one in peer.chain],
            "scheme": scope["scheme"],
        }
        status = 403 if peer.verdict is not None and not peer.verdict.trusted else 200
        await Reply(status, json.dumps(body).encode()).send(send)

    async def digest(self, scope: Scope, receive: Receive, send: Send) -> None:
        digest = hashlib.sha256()
        message: Message = {"more_body": True}
        while message.get("more_body"):
            while not self.may_read.is_set():
                await asyncio.sleep(0.01)
            message = await receive()
            if message["type"] != "http.request":
                return
            digest.update(message["body"])
            self.received += len(message["body"])
        await Reply(200, json.dumps(digest.hexdigest()).encode()).send(send)

    async def bytes(self, scope: Scope, receive: Receive, send: Send) -> None:
        pieces = int(scope["query_string"])
        length = (b"content-length", b"%d" % (pieces * len(PIECE)))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        for n in range(pieces):
            more = n + 1 < pieces
            await send({"type": "http.response.body", "body": PIECE, "more_body": more})
            self.sent += len(PIECE)

    async def hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A stream that only ends with the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        self.cut_off.set()


class Served:
    """The listener, and clients of it."""

    def __init__(self, folder: Path, judge: Trusted, loop: asyncio.AbstractEventLoop):
        self.folder = folder
        self.judge = judge
        self.app = Application()
        self.refused: list[str] = []
        self.faults: list[dict[str, Any]] = []  # that the event loop would log
        self.tls: TrustTls
        self.port = 0
        self._loop = loop

    def run(self, function: Callable[[], T]) -> T:
        """In the listener's event loop."""

        async def call() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(10)

    def context(self, chain: list[Issued] | None = None) -> ssl.SSLContext:
        """A client's, which presents ``chain`` with the key of its first."""
        context = ssl.create_default_context(cadata=SERVERS.pem.decode())
        if chain is not None:
            self.show(context, chain)
        return context

    def show(self, context: ssl.SSLContext, chain: list[Issued]) -> None:
        file = self.folder / f"{chain[0].sha256}.pem"
        file.write_bytes(chain[0].key_pem + b"".join(one.pem for one in chain))
        context.load_cert_chain(file)

    @contextlib.contextmanager
    def client(
        self, chain: list[Issued] | None = None, context: ssl.SSLContext | None = None
    ) -> Iterator[http.client.HTTPSConnection]:
        context = context or self.context(chain)
        client = http.client.HTTPSConnection("localhost", self.port, context=context, timeout=10)
        with contextlib.closing(client):
            yield client

    @contextlib.contextmanager
    def socket(self) -> Iterator[ssl.SSLSocket]:
        """One whose end without close_notify is an error."""
        with (
            socket.create_connection(("localhost", self.port), 10) as plain,
            self.context().wrap_socket(
                plain, server_hostname="localhost", suppress_ragged_eofs=False
            ) as tls,
        ):
            yield tls


def who(client: http.client.HTTPSConnection) -> tuple[int, dict[str, Any]]:
    client.request("GET", "/who")
    answer = client.getresponse()
    return answer.status, json.loads(answer.read())


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for what the listener's thread does, within a bound."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def write_pair(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """Certificate and key of a server, replaced one after the other."""
    one = server_certificate(name)
    certificate, key = folder / "server.crt", folder / "server.key"
    certificate.write_bytes(one.pem)
    key.touch(0o600)
    key.write_bytes(one.key_pem)
    return certificate, key


def server_certificate(name: str = "localhost") -> Issued:
    names = [x509.DNSName("localhost")]
    return issued(name, by=SERVERS, names=names, purpose=ExtendedKeyUsageOID.SERVER_AUTH, ends=DAY)


@contextlib.contextmanager
def serving(
    folder: Path,
    entities: Mapping[str, Issued],
    *,
    app: ASGIApp | None = None,
    limits: HttpLimits | None = None,
    handshake_seconds: float = 10,
) -> Iterator[Served]:
    limits = limits or HttpLimits(body_bytes=1 << 40)
    loop = asyncio.new_event_loop()
    served = Served(folder, Trusted(entities), loop)
    loop.set_exception_handler(lambda _, fault: served.faults.append(fault))
    started, stop = threading.Event(), asyncio.Event()

    async def main() -> None:
        certificate, key = write_pair(folder)
        served.tls = TrustTls(
            certificate=certificate,
            key=key,
            judge=served.judge,
            handshake_seconds=handshake_seconds,
        )

        def refused(bound: Bound, code_name: str, peer: str, trace_id: str | None = None) -> None:
            served.refused.append(bound)

        inner = bounded_connections(limits, answers=PlainAnswers(), refused=refused)
        with bound_sockets(address="127.0.0.1") as (bound,):
            limit_accepts(
                [bound], limits.connections, limits.connections_per_address, refused=refused
            )
            listener = Listener(
                app or served.app,
                bound=bound,
                protocol=served.tls.protocol(inner),
                tls=None,
                speaks_tls=True,
                header_bytes=limits.header_bytes,
                keep_alive_seconds=60,
                drain_seconds=1,
                backlog=64,
            )
            task = asyncio.create_task(listener.run_until_stopped())
            await listener.listening.wait()
            assert listener.url.startswith("https://")
            served.port = bound.getsockname()[1]
            started.set()
            await stop.wait()
            listener.stop()
            served.tls.close_where(lambda peer: True)
            await task

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    try:
        assert started.wait(10)
        yield served
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()
    assert served.faults == []
