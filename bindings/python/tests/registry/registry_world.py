"""A whole registry over real TLS and a real database, in a thread of its own, and its agents."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from authorities import DAY, Issued, authority, issued
from callgate.registry.config import RegistryConfig, load_config
from callgate.registry.lifespan import Registry, open_registry
from callgate.registry.process.listeners import Listening, bind, listening
from callgate.trust import TrustSnapshot, TrustSource, Verdict
from callgate.trust.backends.source import SourceState
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

T = TypeVar("T")
SERVERS = authority("Servers")


class Trust:
    """What is trusted, changed by the test instead of by a folder."""

    def __init__(self, entities: Mapping[str, Issued]) -> None:
        self.entities = dict(entities)
        self._subscribers: list[Callable[[TrustSnapshot, TrustSnapshot], None]] = []
        self._revoked: frozenset[str] = frozenset()
        self.available = True
        self.snapshot = self._made(1)

    @property
    def generation(self) -> int:
        return self.snapshot.generation

    @property
    def states(self) -> tuple[SourceState, ...]:
        status = "live" if self.available else "unavailable"
        return (SourceState("filestore", revoked=self._revoked, status=status),)  # type: ignore[arg-type]

    def judge(self, chain: tuple[bytes, ...]) -> Verdict:
        return self.snapshot.verify(chain)

    def subscribe(self, changed: Callable[[TrustSnapshot, TrustSnapshot], None]) -> None:
        self._subscribers.append(changed)

    def change(
        self,
        entities: Mapping[str, Issued] | None = None,
        *,
        revoked: Iterable[str] = (),
        available: bool = True,
    ) -> None:
        """Of the registry's event loop."""
        self.entities = dict(self.entities if entities is None else entities)
        self._revoked, self.available = frozenset(revoked), available
        old, self.snapshot = self.snapshot, self._made(self.generation + 1)
        for subscriber in self._subscribers:
            subscriber(old, self.snapshot)

    def _made(self, generation: int) -> TrustSnapshot:
        anchors = {name: (one.pem,) for name, one in self.entities.items()}
        source = TrustSource("filestore", entities=anchors, available=self.available)
        return TrustSnapshot.of_sources([source], revoked=self._revoked, generation=generation)


class Answer(NamedTuple):
    """What the registry said."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Agent:
    """A client on one connection that stays open, as that of a mesh agent does."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Accept": "*/*", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if body is not None:
            sent["Content-Type"] = "application/json"
        self._connection.request(method, path, None if body is None else text, sent)
        answer = self._connection.getresponse()
        data = answer.read()
        return Answer(answer.status, json.loads(data) if data else None, dict(answer.headers))

    def post(self, body: object) -> Answer:
        return self.ask("POST", "/heartbeat", body)

    def head(self, agent_id: str) -> int:
        return self.ask("HEAD", f"/heartbeat/{agent_id}").status

    @property
    def is_connected(self) -> bool:
        """Whether the registry has not closed the connection."""
        sock = self._connection.sock
        if sock is None:
            return False
        sock.settimeout(0.001)
        try:
            return bool(sock.recv(1))
        except (TimeoutError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        finally:
            sock.settimeout(10)


def heartbeat(agent_id: str, *tools: Mapping[str, Any], **members: object) -> dict[str, Any]:
    """A body as agents send it."""
    return {
        "agent_id": agent_id,
        "name": agent_id,
        "agent_type": "mcp_agent",
        "http_host": "127.0.0.1",
        "http_port": 9101,
        "tools": list(tools),
        **members,
    }


def tool(capability: str, *dependencies: object, **members: object) -> dict[str, Any]:
    """One tool; its function is named as its capability is."""
    found: dict[str, Any] = {"function_name": capability, "capability": capability, **members}
    if dependencies:
        found["dependencies"] = list(dependencies)
    return found


class World:
    """One registry, and what agents of it need."""

    def __init__(self, folder: Path, trust: Trust, loop: asyncio.AbstractEventLoop) -> None:
        self.folder = folder
        self.trust = trust
        self.ahead = 0.0  # seconds by which the registry's clock is
        self.config: RegistryConfig
        self.registry: Registry
        self.listening: Listening
        self._loop = loop

    def run(self, function: Callable[[], T]) -> T:
        """In the registry's event loop."""

        async def call() -> T:
            return function()

        return self.await_(call())

    def await_(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def trusts(self, entities: Mapping[str, Issued], **how: Any) -> None:
        self.run(lambda: self.trust.change(entities, **how))

    @property
    def port(self) -> int:
        return int(self.listening.agents[0].url.rpartition(":")[2])

    @contextlib.contextmanager
    def agent(self, *chain: Issued) -> Iterator[Agent]:
        """Leaf first; none: without a certificate."""
        connection: http.client.HTTPConnection
        if self.config.tls.on:
            context = ssl.create_default_context(cadata=SERVERS.pem.decode())
            if chain:
                file = self.folder / f"{chain[0].sha256}.pem"
                file.write_bytes(chain[0].key_pem + b"".join(one.pem for one in chain))
                context.load_cert_chain(file)
            connection = http.client.HTTPSConnection(
                "localhost", self.port, context=context, timeout=10
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            yield Agent(connection)

    def status(self, agent_id: str) -> str | None:
        """Of a row, in memory."""
        row = self.run(lambda: self.registry.members.directory.get(agent_id))
        return None if row is None else row.status

    def audit(self) -> list[dict[str, Any]]:
        """What lines of kind ``trust`` say, once they are on the disk."""
        until(lambda: self.run(lambda: not self.registry.eviction.untold))
        self.await_(self._written())
        found = []
        for file in sorted(self.config.audit_directory.glob("*.jsonl")):
            lines = (json.loads(line) for line in file.read_bytes().splitlines())
            found += [line["fields"] for line in lines if line.get("kind") == "trust"]
        return found

    async def _written(self) -> None:
        await self.registry.audit.note("trust", {"what": "test"})


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for what the registry does by itself, within a bound."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def environment(folder: Path, mode: str, **more: str) -> dict[str, str]:
    """The variables of a registry whose files are in a folder, on a free port."""
    names = [x509.DNSName("localhost")]
    purpose = ExtendedKeyUsageOID.SERVER_AUTH
    server = issued("localhost", by=SERVERS, names=names, purpose=purpose, ends=DAY)
    (folder / "server.pem").write_bytes(server.pem)
    key = folder / "server-key.pem"
    key.touch(0o600)
    key.write_bytes(server.key_pem)
    return {
        "MCP_MESH_TLS_MODE": mode,
        "MCP_MESH_TLS_CERT": str(folder / "server.pem"),
        "MCP_MESH_TLS_KEY": str(key),
        "MCP_MESH_TRUST_BACKEND": "filestore",
        "MCP_MESH_TRUST_DIR": str(folder / "trust"),
        "PORT": "0",
        "CALLGATE_REGISTRY__STATE": str(folder / "state"),
        **more,
    }


@contextlib.contextmanager
def world(
    folder: Path,
    entities: Mapping[str, Issued],
    mode: str = "strict",
    **environ: str,
) -> Iterator[World]:
    loop = asyncio.new_event_loop()
    made = World(folder, Trust(entities), loop)
    made.config = load_config(None, environment(folder, mode, **environ))
    started, stop = threading.Event(), asyncio.Event()
    failed: list[BaseException] = []

    async def main() -> None:
        try:
            with bind(made.config) as sockets:
                async with open_registry(
                    made.config, made.trust, wall=lambda: time.time() + made.ahead
                ) as registry:
                    made.registry = registry
                    async with listening(made.config, registry, made.trust, sockets) as there:
                        made.listening = there
                        started.set()
                        await stop.wait()
                        for listener in there.all:
                            listener.stop(at_once=True)
        except BaseException as error:
            failed.append(error)
            started.set()

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    try:
        assert started.wait(30)
        if failed:
            raise failed[0]
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
    if failed:
        raise failed[0]
