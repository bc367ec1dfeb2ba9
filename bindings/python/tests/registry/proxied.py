"""An agent behind TLS, scripted, and a proxy in front of it."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from authorities import Issued, authority
from callgate.registry.http import replies
from callgate.registry.proxy import ProxyBounds, ProxyEndpoint, Target
from callgate.serving.tls.context import read_client_context
from callgate.trust import TrustSnapshot
from cryptography import x509
from starlette.types import Message, Scope

ACME, GLOBEX, STRANGER = authority("Acme"), authority("Globex"), authority("Stranger")
TRUST = TrustSnapshot({"acme": [ACME.pem], "globex": [GLOBEX.pem]})
LOOPBACK = x509.IPAddress(ip_address("127.0.0.1"))
REGISTRY = ACME.issue("registry", names=[x509.DNSName("registry.test")])
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


@dataclass
class Agent:
    """What it answers, and what it was sent under TLS."""

    answer: bytes = OK
    port: int = 0
    received: bytes = b""
    connections: int = 0
    holds: bool = False  # never ends what it said
    tls: bool = True
    refused: list[BaseException] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while b"\r\n\r\n" not in self.received:
                data = await reader.read(65536)
                if not data:
                    return
                self.received += data
                if not self.tls:
                    break  # an HTTP server knows at the first byte that this is none
            writer.write(self.answer)
            await writer.drain()
            if self.holds:
                await reader.read()
        except (ConnectionError, ssl.SSLError) as error:
            self.refused.append(error)
        finally:
            writer.close()


@asynccontextmanager
async def agent(folder: Path, leaf: Issued | None, **how: Any) -> AsyncIterator[Agent]:
    """Listens on 127.0.0.1 and wants a certificate of Acme, as agents do. No leaf: no TLS."""
    served = Agent(tls=leaf is not None, **how)
    context = None
    if leaf is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*on_disk(folder, "agent", leaf))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=ACME.pem.decode())
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=context)
    served.port = server.sockets[0].getsockname()[1]
    async with server:
        yield served


def served_by(issuer: Issued, *names: x509.GeneralName) -> Issued:
    """The certificate of an agent."""
    return issuer.issue("127.0.0.1", names=names, serves=True)


def on_disk(folder: Path, name: str, issued: Issued) -> tuple[Path, Path]:
    paths = folder / f"{name}.pem", folder / f"{name}-key.pem"
    paths[0].write_bytes(issued.pem)
    paths[1].touch(0o600)
    paths[1].write_bytes(issued.key_pem)
    return paths


def proxy(
    folder: Path,
    *targets: Target,
    trust: Callable[[], TrustSnapshot] = lambda: TRUST,
    trusted: bool = True,
    **bounds: Any,
) -> ProxyEndpoint:
    """A proxy to these."""
    shown = read_client_context(*on_disk(folder, "registry", REGISTRY))
    known = {(one.host, one.port): one for one in targets}
    return ProxyEndpoint(
        find=lambda host, port: known.get((host, port)),
        caller=lambda scope: "acme" if trusted else None,
        judge=lambda chain: trust().verify(chain),
        context=lambda: shown,
        refused=replies.of_error,
        bounds=replace(ProxyBounds(), **bounds),
    )


def target(port: int, **how: Any) -> Target:
    """An agent of Acme on this machine."""
    how = {"entity": "acme", "from_loopback": True, "host": "127.0.0.1", **how}
    return Target(agent_id="prov-1", port=port, **how)


async def ask(
    endpoint: ProxyEndpoint,
    path: str,
    body: bytes = b'{"jsonrpc":"2.0"}',
    *,
    method: str = "POST",
    query: bytes = b"",
) -> tuple[int, Any, dict[bytes, bytes]]:
    """Status, body (what JSON says, where it is that) and headers."""
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": [(b"content-type", b"application/json")],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await endpoint(scope, receive, send)
    content = b"".join(message.get("body", b"") for message in sent[1:])
    headers = dict(sent[0]["headers"])
    is_json = headers.get(b"content-type", b"").startswith(b"application/json")
    return sent[0]["status"], json.loads(content) if is_json else content, headers
