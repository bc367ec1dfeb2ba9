"""listener_server.py trust|bounded|stdlib FOLDER: answers HEAD with 200, over mTLS, on a free port.

`trust` is the listener of callgate.serving with a judge; `bounded` has its bounds and strict HTTP,
but the ssl module, which verifies in the handshake; `stdlib` is uvicorn with the ssl module. All
run the same application, and print where they listen.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import ssl
import sys
from pathlib import Path

from callgate.serving.bounds import Bound, OutOfBounds
from callgate.serving.connection import bounded_connections
from callgate.serving.descriptors import raise_descriptor_limit
from callgate.serving.http_limits import HttpLimits
from callgate.serving.listener import Listener
from callgate.serving.peer import peer_of
from callgate.serving.reply import Reply
from callgate.serving.tls.trust_tls import TrustTls
from callgate.trust import TrustSnapshot, Verdict
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

MANY = 100_000


class Judge:
    """One entity."""

    generation = 1

    def __init__(self, anchor: bytes) -> None:
        self._snapshot = TrustSnapshot({"acme": [anchor]})

    def judge(self, chain: tuple[bytes, ...]) -> Verdict:
        return self._snapshot.verify(chain)


class NoAnswers:
    """Nothing is refused here."""

    def malformed(self, path: str) -> Reply:
        return Reply(400, b"{}")

    def refused(self, error: OutOfBounds, path: str) -> Reply:
        return Reply(429, b"{}")


def nothing(bound: Bound, code_name: str, peer: str, trace_id: str | None = None) -> None:
    """Nothing is counted."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """A heartbeat, without what the registry knows."""
    peer = peer_of(scope)
    status = 403 if peer.verdict is not None and peer.subject is None else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def main(kind: str, folder: Path) -> None:
    anchor, certificate, key = (folder / name for name in ("ca.pem", "server.crt", "server.key"))
    with socket.socket(proto=socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        context: ssl.SSLContext | None = None
        limits = HttpLimits(connections=MANY, connections_per_address=MANY)
        bounded = bounded_connections(limits, answers=NoAnswers(), refused=nothing)
        protocol: type[asyncio.Protocol] = H11Protocol if kind == "stdlib" else bounded
        if kind == "trust":
            tls = TrustTls(certificate=certificate, key=key, judge=Judge(anchor.read_bytes()))
            protocol = tls.protocol(bounded)
        else:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            context.load_verify_locations(anchor)
            context.verify_mode = ssl.CERT_REQUIRED
            context.set_alpn_protocols(["http/1.1"])
        listener = Listener(
            app,
            bound=bound,
            protocol=protocol,
            tls=context,
            speaks_tls=kind == "trust",
            header_bytes=32 << 10,
            keep_alive_seconds=600,
            drain_seconds=1,
            backlog=1024,
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, listener.stop)
        serving = asyncio.create_task(listener.run_until_stopped())
        await listener.listening.wait()
        print(json.dumps({"agents": [listener.url]}), flush=True)
        await serving


raise_descriptor_limit(4096, others=0, setting="connections")
asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
