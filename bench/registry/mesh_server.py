"""mesh_server.py registry|blank FOLDER ROWS: a registry with so many agents of acme.

It listens on a free port. `registry` is all of it, with a trust directory; it prints when all
agents of acme are out of resolution. `blank` is the same listener in front of an application that
answers 200 and asks nothing. Times are of the monotonic clock, which all processes share.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import sys
import time
from pathlib import Path

from callgate.registry.config import load_config
from callgate.registry.lifespan import Registry, open_registry
from callgate.registry.members import Members
from callgate.registry.process.listeners import bind, listening
from callgate.serving.bounds import Bound, OutOfBounds
from callgate.serving.connection import bounded_connections
from callgate.serving.descriptors import raise_descriptor_limit
from callgate.serving.gc_tuning import tune_gc
from callgate.serving.http_limits import HttpLimits
from callgate.serving.listener import Listener
from callgate.serving.peer import Peer
from callgate.serving.reply import Reply
from callgate.serving.subject import Subject
from callgate.serving.tls.trust_tls import TrustTls
from callgate.trust import TrustSnapshot, Verdict
from callgate.trust.backends.filestore import filestore
from callgate.trust.store import TrustStore
from starlette.types import Receive, Scope, Send

AT_A_TIME = 500
LEAVES = 50
MANY = 100_000


def environment(folder: Path) -> dict[str, str]:
    """As an operator would set it."""
    return {
        "MCP_MESH_TLS_MODE": "strict",
        "MCP_MESH_TLS_CERT": str(folder / "server.pem"),
        "MCP_MESH_TLS_KEY": str(folder / "server-key.pem"),
        "MCP_MESH_TRUST_BACKEND": "filestore",
        "MCP_MESH_TRUST_DIR": str(folder / "trust"),
        "PORT": "0",
        "DEFAULT_TIMEOUT_THRESHOLD": "3600",
        "CALLGATE_REGISTRY__STATE": str(folder / "state"),
    }


def body(agent_id: str) -> bytes:
    """A heartbeat of a provider."""
    tool = {"function_name": "add", "capability": "adder", "version": "1.4.2", "tags": ["math"]}
    said = {"agent_id": agent_id, "http_host": "10.0.0.1", "http_port": 9101, "tools": [tool]}
    return json.dumps(said).encode()


async def register(members: Members, store: TrustStore, folder: Path, rows: int) -> None:
    """Past the listener, which would take longest."""
    peers = []
    for number in range(LEAVES):
        der = (folder / f"agent-{number}.der").read_bytes()
        verdict = store.judge((der,))
        subject = Subject.of_verdict(verdict)
        peers.append(Peer(chain=(der,), verdict=verdict, subject=subject))
    for start in range(0, rows, AT_A_TIME):
        numbers = range(start, min(rows, start + AT_A_TIME))
        await asyncio.gather(
            *(members.register(peers[n % LEAVES], body(f"prov-{n}")) for n in numbers)
        )


async def tell_of_eviction(registry: Registry, rows: int) -> None:
    """Prints when the last of them has gone. A consumer may have come meanwhile."""
    catalog = registry.members.directory.catalog
    while len(catalog) < rows:
        await asyncio.sleep(0.001)
    while len(catalog.kinds("adder")):
        await asyncio.sleep(0.001)
    print(json.dumps({"evicted": time.monotonic()}), flush=True)


async def serve_registry(folder: Path, rows: int, stopped: asyncio.Event) -> None:
    config = load_config(None, environment(folder))
    store = TrustStore([filestore(folder / "trust")])
    await store.start()
    try:
        with bind(config) as sockets:
            async with (
                open_registry(config, store) as registry,
                listening(config, registry, store, sockets) as there,
            ):
                await register(registry.members, store, folder, rows)
                tune_gc()  # as the registry does when it has read its rows
                watch = asyncio.create_task(tell_of_eviction(registry, rows))
                print(json.dumps({"agents": [there.agents[0].url]}), flush=True)
                await stopped.wait()
                watch.cancel()
    finally:
        await store.stop()


class NoJudge:
    """Is never asked."""

    generation = 1

    def judge(self, chain: tuple[bytes, ...]) -> Verdict:
        return TrustSnapshot({}).verify(chain)


class NoAnswers:
    """Nothing is refused here."""

    def malformed(self, path: str) -> Reply:
        return Reply(400, b"{}")

    def refused(self, error: OutOfBounds, path: str) -> Reply:
        return Reply(429, b"{}")


def nothing(bound: Bound, code_name: str, peer: str, trace_id: str | None = None) -> None:
    """Nothing is counted."""


async def answer_200(scope: Scope, receive: Receive, send: Send) -> None:
    await Reply(200, b"").send(send)


async def serve_blank(folder: Path, stopped: asyncio.Event) -> None:
    limits = HttpLimits(connections=MANY, connections_per_address=MANY)
    inner = bounded_connections(limits, answers=NoAnswers(), refused=nothing)
    certificate, key = folder / "server.pem", folder / "server-key.pem"
    tls = TrustTls(certificate=certificate, key=key, judge=NoJudge())
    with socket.socket(proto=socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        listener = Listener(
            answer_200,
            bound=bound,
            protocol=tls.protocol(inner),
            tls=None,
            speaks_tls=True,
            header_bytes=limits.header_bytes,
            keep_alive_seconds=75,
            drain_seconds=1,
            backlog=2048,
        )
        serving = asyncio.create_task(listener.run_until_stopped())
        await listener.listening.wait()
        tune_gc()
        print(json.dumps({"agents": [listener.url]}), flush=True)
        await stopped.wait()
        listener.stop()
        await serving


async def main(kind: str, folder: Path, rows: int) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    if kind == "registry":
        await serve_registry(folder, rows, stopped)
    else:
        await serve_blank(folder, stopped)


logging.getLogger("callgate").setLevel(logging.ERROR)
raise_descriptor_limit(4096, others=0, setting="connections")
asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
