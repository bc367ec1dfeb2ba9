"""A gateway's call path around real engine parts, reached in process or through a real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import httpx2
import uvicorn
from callgate import Gate, PolicySet, SecretKey, TokenClaims, create_envelope, issue_token
from callgate import verify_token as engine_verify_token
from callgate._generations import Protocol
from callgate.gateway.http.answers import ANSWERS
from callgate.gateway.http.app import create_app
from callgate.gateway.http.refused import agents_refused
from callgate.gateway.services import Services
from callgate.gateway.sessions.ledger import EmbeddedLedger, Ledger
from callgate.gateway.upstreams.upstreams import ToolDefinition, UpstreamReply, Upstreams
from callgate.gateway.wire.call_limits import CallLimits
from callgate.gateway.wire.clock import Clock
from callgate.gateway.wire.rates import Rates, listing_rates
from callgate.serving.connection import bounded_connections

POLICY = """
name: research
capabilities:
  - tool_pattern: "fs.*"
    path_allowlist: [/workspace]
  - tool_pattern: web.fetch
    rate_limit: {calls: 2, per_seconds: 60}
    max_response_size: 64
deny_list: [fs.delete]
---
name: nothing
capabilities: []
"""
INVOKE = {"A": "/smcp/v1/tool-call", "B": "/v1/smcp/invoke", "C": "/v1/seal/invoke"}
TOOLS = {"A": "/smcp/v1/tools", "B": "/v1/smcp/tools", "C": "/v1/seal/tools"}
PROTOCOL: dict[str, Protocol] = {"A": "smcp/v1", "B": "smcp/v1", "C": "seal/v1"}
JSON = {"content-type": "application/json"}


Answer = UpstreamReply


@dataclass
class ToolServer(Upstreams):
    """Tools in this process. ``answer`` is what they answer, or does it."""

    answer: Callable[[str, bytes], Awaitable[Answer]] | Answer = field(
        default_factory=lambda: Answer(b'{"content":[]}')
    )
    before_dispatch: Callable[[], Awaitable[None]] | None = None
    on_progress: Callable[[bytes], None] | None = None  # of the last call
    calls: list[tuple[str, bytes]] = field(default_factory=list)

    async def call(
        self,
        tool: str,
        arguments: bytes,
        *,
        max_result: int | None = None,
        on_dispatch: Callable[[], None] | None = None,
        on_progress: Callable[[bytes], None] | None = None,
    ) -> Answer:
        if self.before_dispatch is not None:
            await self.before_dispatch()
        if on_dispatch is not None:
            on_dispatch()
        self.calls.append((tool, arguments))
        self.on_progress = on_progress
        if isinstance(self.answer, Answer):
            return self.answer
        return await self.answer(tool, arguments)

    def tools(self) -> list[ToolDefinition]:
        names = ("fs.read", "fs.delete", "web.fetch", "db.drop")
        return [
            ToolDefinition(name, b'{"name":"%b","inputSchema":{"type":"object"}}' % name.encode())
            for name in names
        ]


@dataclass
class Counts:
    replies: list[tuple[str, str | None]] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)

    def replied(self, endpoint: str, code_name: str | None, seconds: float) -> None:
        self.replies.append((endpoint, code_name))

    def refused(self, listener: str, cause: str) -> None:
        self.refusals.append((listener, cause))


@dataclass
class Agent:
    """A session's key and token, and what it signs."""

    token: str
    key: SecretKey

    def sign(
        self,
        message: Any,
        *,
        protocol: Protocol = "smcp/v1",
        now: float | None = None,
        key: SecretKey | None = None,
    ) -> bytes:
        return create_envelope(message, self.token, key or self.key, now=now, protocol=protocol)

    def call(self, tool: str, arguments: Any, *, id: str | int = 1, **how: Any) -> bytes:
        params = {"name": tool, "arguments": arguments}
        message = {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}
        return self.sign(message, **how)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the test runner's."""
        yield


class CallPath:
    """Everything behind ``create_app``, with an issuer and a policy of its own."""

    def __init__(
        self,
        audit: Any,
        *,
        upstreams: Upstreams | None = None,
        clock: Clock | None = None,
        limits: CallLimits | None = None,
        ledger: Callable[[Gate], Ledger] = EmbeddedLedger,
        rates: Rates | None = None,
        policy: str = POLICY,
    ) -> None:
        self.issuer = SecretKey.generate()
        self.gate = Gate(PolicySet.parse(policy), issuer_keys=[self.issuer.public_key])
        self.audit = audit
        self.server = ToolServer()
        if upstreams is not None:
            upstreams.on_offered(self.gate.set_offered_tools)
        self.counts = Counts()
        self.services = Services(
            gate=self.gate,
            ledger=ledger(self.gate),
            clock=clock or Clock(),
            audit=audit,
            upstreams=upstreams or self.server,
            metrics=self.counts,
            verify_token=self.verify_token,
            # Not of the call path.
            executions=cast(Any, None),
            issuer=cast(Any, None),
            attestation=cast(Any, None),
            http_limits=limits or CallLimits(),
            listing_rates=listing_rates() if rates is None else rates,
        )
        self.app = create_app(self.services)

    def verify_token(self, token: str, now: float) -> TokenClaims:
        return engine_verify_token(token, [self.issuer.public_key], now=now)

    def agent(self, id: str = "s-1", *, context: str = "research", subject: str = "w-1") -> Agent:
        """One whose session is open."""
        agent = self.stranger(id, context=context, subject=subject)
        self.gate.open_session(agent.token, agent.key.public_key)
        return agent

    def stranger(
        self, id: str, *, context: str = "research", subject: str = "w-1", **how: Any
    ) -> Agent:
        """One with a valid token whose session was never opened."""
        key = SecretKey.generate()
        claims = {
            "sub": subject,
            "scp": context,
            "jti": id,
            "cnf": {"jkt": key.public_key.thumbprint},
        }
        return Agent(issue_token(claims, self.issuer, **how), key)

    @contextlib.asynccontextmanager
    async def in_process(self) -> AsyncIterator[httpx2.AsyncClient]:
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
            yield client

    @contextlib.asynccontextmanager
    async def on_a_port(self) -> AsyncIterator[httpx2.AsyncClient]:
        async with self.listening() as port:
            base = f"http://127.0.0.1:{port}"
            async with httpx2.AsyncClient(base_url=base, trust_env=False) as client:
                yield client

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """The port of a real server, in this event loop."""
        limits = self.services.http_limits
        refused = agents_refused(self.services)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            server = _Server(
                uvicorn.Config(
                    self.app,
                    http=bounded_connections(limits, answers=ANSWERS, refused=refused),
                    ws="none",
                    lifespan="off",
                    log_config=None,
                    access_log=False,
                    timeout_graceful_shutdown=5,
                    h11_max_incomplete_event_size=limits.header_bytes,
                )
            )
            task = asyncio.create_task(server.serve([listener]))
            try:
                await until(lambda: server.started)
                yield listener.getsockname()[1]
            finally:
                server.should_exit = True
                await asyncio.wait_for(task, 10)


async def post(
    client: httpx2.AsyncClient, body: bytes, generation: str = "B"
) -> tuple[int, dict[str, Any], httpx2.Headers]:
    response = await client.post(INVOKE[generation], content=body, headers=JSON)
    return response.status_code, json.loads(response.content), response.headers


async def raw(port: int, *parts: bytes, half_close: bool = False) -> bytes:
    """What the server writes until it closes, to bytes that are no client's."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if half_close:
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Waits for something that another task does, within a bound."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.001)


def check_failure(
    status: int, body: dict[str, Any], name: str, number: int, *, protocol: str = "smcp/v1"
) -> dict[str, Any]:
    """What every generation's clients read of a failure. Returns ``error``."""
    error: dict[str, Any] = body["error"]
    assert status >= 400
    assert body["protocol"] == protocol
    assert body["status"] == "error"
    assert (error["name"], error["code"]) == (name, number)
    assert body["error_code"] == number
    assert body["message"] == error["message"] and isinstance(error["message"], str)
    assert set(error) >= {"code", "name", "message", "timestamp", "request_id", "details"}
    assert "payload" not in body
    return error


class Monotonic:
    """Stands still unless told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def parse_status(answer: bytes) -> int:
    return int(answer.split()[1])


def parse(answer: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/json" in head and b"connection: close" in head.lower()
    return int(head.split()[1]), json.loads(body)
