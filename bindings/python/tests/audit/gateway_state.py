"""A gate whose state outlives its process, as the gateway's lifespan puts it together."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callgate import Decision, Gate, PolicySet, SecretKey, create_envelope, issue_token
from callgate.audit import Event, Sealing, event_of_decision
from callgate.audit.journal import Journal, SnapshotSource, effects_record
from callgate.audit.log import AuditLog, Receipt
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.executions.verifiers.static import StaticVerifier
from callgate.gateway.sessions.recovery import repeat_revocations

POLICY = """
name: research
capabilities:
  - tool_pattern: fs.read
    path_allowlist: [/workspace]
    rate_limit: {calls: 3, per_seconds: 3600}
  - tool_pattern: fs.list
"""


@dataclass
class World:
    """What is the same before and after a crash: keys, tokens, policy, and the folder."""

    root: Path
    issuer: SecretKey = field(default_factory=SecretKey.generate)
    agent: SecretKey = field(default_factory=SecretKey.generate)
    audit_key: SecretKey = field(default_factory=SecretKey.generate)

    def __post_init__(self) -> None:
        self.policy = PolicySet.parse(POLICY)

    def token(self, session: str) -> str:
        claims = {"sub": f"exec of {session}", "scp": "research", "jti": session}
        return issue_token(claims, self.issuer, lifetime=3600)

    def envelope(self, token: str, number: int, tool: str = "fs.read") -> bytes:
        params = {"name": tool, "arguments": {"path": "/workspace/a"}}
        request = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
        return create_envelope(request, token, self.agent)

    @contextlib.asynccontextmanager
    async def gateway(self, **settings: Any) -> AsyncIterator[Running]:
        with Journal(self.root / "journal") as journal:
            gate = Gate(self.policy, issuer_keys=[self.issuer.public_key])
            restored = journal.restored
            if restored.engine_state is not None:
                gate.restore_state(restored.engine_state, restored.effects)
            executions = ExecutionRegistry(static=StaticVerifier(()))
            executions.restore(restored.records)
            log = AuditLog(
                self.root / "audit",
                key=self.audit_key,
                journal=journal,
                snapshot=SnapshotSource(gate.export_state, executions.snapshot),
                recover=lambda lines: repeat_revocations(lines, gate, executions),
                **settings,
            )
            async with log as audit:
                yield Running(gate, executions, audit)


@dataclass
class Running:
    """One life of the gateway's state."""

    gate: Gate
    executions: ExecutionRegistry
    audit: AuditLog

    async def attest(self, world: World, token: str) -> str:
        session = self.gate.open_session(token, world.agent.public_key)
        event = Event(name="AttestationSucceeded", session=session.id, workload=session.subject)
        await self.audit.record(event, state=[effects_record(session.effects)])
        return session.id

    async def call(self, envelope: bytes) -> tuple[Decision, Receipt]:
        decision = self.gate.authorize(envelope)
        event = event_of_decision(decision)
        state = [effects_record(decision.effects)] if decision.effects else []
        return decision, await self.audit.record(event, state=state)

    async def revoke(self, session_id: str, reason: str = "a test") -> None:
        session = self.gate.revoke_session(session_id)
        state = [
            self.executions.revoke(session.subject, reason),
            effects_record(session.effects),
        ]
        event = Event(
            name="SessionRevoked",
            session=session.id,
            workload=session.subject,
            reason=reason,
            details={"state": session.state},
        )
        await self.audit.record(event, state=state, ends=True)


OFTEN = Sealing(checkpoint_lines=3)
