"""Attestation around a real gate, audit trail and journal, in process or behind a real server."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from call_path import Counts, ToolServer
from callgate import CallgateError, Gate, PolicySet, SecretKey, create_envelope, verify_token
from callgate.audit.journal import Journal, SnapshotSource
from callgate.audit.log import AuditLog
from callgate.gateway.attest.proof import proof_message
from callgate.gateway.attest.request import AttestRequest
from callgate.gateway.attest.service import Attestation
from callgate.gateway.attestation.tokens import AttestationTokens
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.executions.ties import NoTie
from callgate.gateway.executions.verifiers import Verifier
from callgate.gateway.executions.verifiers.api import ApiVerifier
from callgate.gateway.executions.verifiers.static import StaticVerifier
from callgate.gateway.http.app import create_app
from callgate.gateway.http.routes.jwks import jwks_routes
from callgate.gateway.http.routes.sessions import session_routes
from callgate.gateway.issuer.issuer import Issuer
from callgate.gateway.issuer.signers import Signer
from callgate.gateway.issuer.signers.local import LocalSigner
from callgate.gateway.services import Services
from callgate.gateway.sessions.ledger import EmbeddedLedger
from callgate.gateway.sessions.used_sessions import UsedSessions
from callgate.gateway.wire.clock import Clock
from callgate.gateway.wire.rates import Rates, attestation_rates
from callgate.gateway.wire.refusal import Refusal
from callgate.serving.judge import Judge
from callgate.serving.listener import Listener
from callgate.serving.peer import Peer, TrustedProxies
from callgate.serving.peer_protocol import PeerProtocol
from callgate.serving.tls.trust_tls import TrustTls

POLICY = """
name: research
capabilities:
  - tool_pattern: "fs.*"
    path_allowlist: [/workspace]
---
name: reading
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/workspace]
---
name: admin
capabilities:
  - tool_pattern: "*"
"""
ATTEST = {"A": "/smcp/v1/attest", "B": "/v1/smcp/attest", "C": "/v1/seal/attest"}
PEER = Peer(address="192.0.2.1")


def execution(workload_id: str = "w-1", **members: Any) -> Execution:
    """One without a tie that may have two scopes."""
    given = {"scopes": frozenset({"research", "reading"}), "tie": NoTie(), **members}
    return Execution(workload_id=workload_id, **given)


@dataclass
class Time:
    """Clocks that tests move: the wall's, and one that only runs."""

    wall: float = 1_800_000_000.0
    steady: float = 1000.0

    def now(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@dataclass
class AttestPath:
    """One life of a gateway. ``folder`` holds its trail and journal; a second life reads them."""

    folder: Path
    executions: Iterable[Execution] = ()
    time: Time = field(default_factory=Time)
    issuer_key: SecretKey = field(default_factory=SecretKey.generate)
    audit_key: SecretKey = field(default_factory=SecretKey.generate)
    rates: Rates | None = None
    docker: Verifier | None = None
    signer: Signer | None = None
    proxies: TrustedProxies = field(default_factory=TrustedProxies)
    policy: str = POLICY
    max_api_entries: int = 100
    judge: Judge | None = None
    tokens: AttestationTokens | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[AttestPath]:
        async with AsyncExitStack() as stack:
            time = self.time
            signer = self.signer or LocalSigner(self.issuer_key)
            self.issuer = Issuer(
                signer,
                name="callgate-test",
                audience="agents",
                wall=time.now,
                on_keys=lambda keys: self.gate.set_issuer_keys(keys),
            )
            self.gate = Gate(
                PolicySet.parse(self.policy),
                issuer_keys=self.issuer.public_keys,
                issuer="callgate-test",
                audience="agents",
            )
            self.registry = ExecutionRegistry(
                static=StaticVerifier(self.executions),
                api=ApiVerifier(wall=time.now, max_entries=self.max_api_entries),
                docker=self.docker,
                judges_certificates=self.judge is not None,
                takes_attestations=self.tokens is not None,
                wall=time.now,
            )
            journal = stack.enter_context(Journal(self.folder / "journal"))
            restored = journal.restored
            if restored.engine_state is not None or restored.effects:
                state = restored.engine_state or self.gate.export_state()
                self.gate.restore_state(state, restored.effects)
            self.audit = AuditLog(
                self.folder / "audit",
                key=self.audit_key,
                journal=journal,
                snapshot=SnapshotSource(
                    self.gate.export_state, lambda: self.attestation.snapshot()
                ),
                wall=time.now,
            )
            self.attestation = Attestation(
                gate=self.gate,
                executions=self.registry,
                issuer=self.issuer,
                audit=self.audit,
                rates=attestation_rates(1000, monotonic=time.monotonic)
                if self.rates is None
                else self.rates,
                judge=self.judge,
                tokens=self.tokens,
                now=time.now,
                wall=time.now,
                monotonic=time.monotonic,
            )
            self.attestation.restore(restored.records)
            if restored.engine_state is None:
                journal.compact(self.gate.export_state(), _texts(self.attestation), restored.head)
            await stack.enter_async_context(self.audit)
            self.server = ToolServer()
            self.services = Services(
                gate=self.gate,
                ledger=UsedSessions(EmbeddedLedger(self.gate), self.attestation.sessions.touch),
                clock=Clock(wall=time.now, boot=time.monotonic),
                audit=self.audit,
                upstreams=self.server,
                metrics=Counts(),
                verify_token=lambda token, now: verify_token(
                    token, self.issuer.public_keys, now=now
                ),
                proxies=self.proxies,
                executions=self.registry,
                issuer=self.issuer,
                attestation=self.attestation,
                subject_of=self.attestation.sessions.subject_of,
            )
            routes = [
                *session_routes(self.services),
                *jwks_routes(self.services),
            ]
            self.app = create_app(self.services, routes)
            yield self

    async def attest(
        self, key: SecretKey, workload_id: str = "w-1", scope: str = "research", **members: Any
    ) -> Any:
        peer = members.pop("peer", PEER)
        request = self.request(key, workload_id, scope, **members)
        return await self.attestation.attest(request, peer)

    def request(
        self,
        key: SecretKey,
        workload_id: str = "w-1",
        scope: str = "research",
        *,
        proof: bool = False,
        proof_timestamp: int | None = None,
        **members: Any,
    ) -> AttestRequest:
        public_key = key.public_key.to_base64()
        if proof:
            at = int(self.time.wall) if proof_timestamp is None else proof_timestamp
            message = proof_message(
                public_key=public_key, scope=scope, timestamp=at, workload_id=workload_id
            )
            members = {**members, "proof": base64_of(key.sign(message)), "proof_timestamp": at}
        return AttestRequest(public_key=public_key, workload_id=workload_id, scope=scope, **members)

    def call(self, key: SecretKey, token: str, path: str = "/workspace/a", id: int = 1) -> bytes:
        """An envelope that the contexts allow."""
        params = {"name": "fs.read", "arguments": {"path": path}}
        message = {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}
        return create_envelope(message, token, key, now=self.time.wall)

    def state_of(self, session_id: str) -> str | None:
        session = self.gate.session(session_id)
        return None if session is None else session.state

    def lines(self) -> list[dict[str, Any]]:
        """What stands in the audit trail, oldest first."""
        files = sorted((self.folder / "audit").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        found = [_fields(line) for line in self.lines()]
        return [fields for fields in found if fields.get("event") == name]

    @contextlib.asynccontextmanager
    async def served(
        self,
        *,
        unix: Path | None = None,
        tls: ssl.SSLContext | None = None,
        trust: TrustTls | None = None,
        app: Any = None,
    ) -> AsyncIterator[str]:
        """The app behind a real server; yields its base URL, which a unix socket has none of."""
        family = socket.AF_INET if unix is None else socket.AF_UNIX
        with socket.socket(family) as bound:
            bound.bind(("127.0.0.1", 0) if unix is None else str(unix))
            server = Listener(
                app or self.app,
                bound=bound,
                protocol=PeerProtocol if trust is None else trust.protocol(PeerProtocol),
                tls=tls,
                speaks_tls=trust is not None,
                header_bytes=16 << 10,
                keep_alive_seconds=30,
                drain_seconds=5,
                backlog=16,
            )
            task = asyncio.create_task(server.run_until_stopped())
            try:
                await asyncio.wait_for(server.listening.wait(), 5)
                scheme = "http" if tls is None and trust is None else "https"
                yield f"{scheme}://127.0.0.1:{bound.getsockname()[1]}" if unix is None else ""
            finally:
                server.stop()
                await asyncio.wait_for(task, 10)


async def refused(path: AttestPath, key: SecretKey, *args: Any, **members: Any) -> Refusal:
    with pytest.raises(CallgateError) as caught:
        await path.attest(key, *args, **members)
    assert isinstance(caught.value, Refusal)
    return caught.value


def body_of(request: AttestRequest, scope_field: str = "requested_scope") -> dict[str, Any]:
    """What a client of a generation posts."""
    body = {
        "public_key": request.public_key,
        "workload_id": request.workload_id,
        scope_field: request.scope,
        "proof": request.proof,
        "proof_timestamp": request.proof_timestamp,
        "enrolment_secret": request.enrolment_secret,
    }
    return {name: value for name, value in body.items() if value is not None}


async def post(
    client: httpx2.AsyncClient, path: str, body: Any, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", **(headers or {})}
    response = await client.post(path, content=content, headers=given)
    return response.status_code, json.loads(response.content)


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _texts(attestation: Attestation) -> list[bytes]:
    return [json.dumps(record).encode() for record in attestation.snapshot()]


def _fields(line: dict[str, Any]) -> dict[str, Any]:
    found = next((v for v in line.values() if isinstance(v, dict) and "event" in v), line)
    return found
