"""The ledger's interface: the embedded one, and a shared store behind the same calls."""

from __future__ import annotations

from pathlib import Path

import pytest
from call_path import CallPath, check_failure, post
from callgate import AlreadySeen, Committed, Decision, Gate, SessionInactive, Unavailable
from callgate.gateway.sessions.ledger import EmbeddedLedger
from observed_audit import observed_audit

READ = ("fs.read", {"path": "/workspace/a.txt"})


class Store:
    """What gateways share: a dictionary here, with one atomic commit."""

    def __init__(self) -> None:
        self.seen: set[tuple[bytes, bytes]] = set()
        self.ended: set[str] = set()
        self.reachable = True


class SharedLedger:
    def __init__(self, gate: Gate, store: Store) -> None:
        self._gate = gate
        self._store = store

    async def authorize(self, data: bytes, now: float) -> Decision:
        plan = self._gate.plan(data, now=now)
        if plan.replay_key is None or not self._store.reachable:
            return plan.finish(Unavailable())
        if self._store.ended.intersection(plan.sessions):
            return plan.finish(SessionInactive())
        public_key, signature = plan.replay_key
        identity = public_key.to_bytes(), signature
        if identity in self._store.seen:
            return plan.finish(AlreadySeen())
        self._store.seen.add(identity)
        return plan.finish(Committed([0] * len(plan.charges)))

    def alive(self, session_id: str | None) -> bool:
        return EmbeddedLedger(self._gate).alive(session_id) and session_id not in self._store.ended


@pytest.mark.anyio
async def test_a_shared_store_fits_behind_the_same_interface(tmp_path: Path) -> None:
    store = Store()
    async with observed_audit(tmp_path) as audit:
        path = CallPath(audit, ledger=lambda gate: SharedLedger(gate, store))
        agent = path.agent("s-1")
        envelope = agent.call(*READ, id=1)
        async with path.in_process() as client:
            status, body, _ = await post(client, envelope)
            assert (status, body["payload"]["id"]) == (200, 1)
            status, body, _ = await post(client, envelope)
            check_failure(status, body, "REPLAY_DETECTED", 1004)
            store.ended.add("s-1")
            status, body, _ = await post(client, agent.call(*READ, id=2))
            check_failure(status, body, "SESSION_INACTIVE", 1005)
            store.reachable = False
            status, body, _ = await post(client, agent.call(*READ, id=3))
            check_failure(status, body, "LEDGER_UNAVAILABLE", 9000)
            assert status == 503
        assert len(path.server.calls) == 1


@pytest.mark.anyio
async def test_the_embedded_ledger_knows_a_session_and_its_ancestors(tmp_path: Path) -> None:
    async with observed_audit(tmp_path) as audit:
        path = CallPath(audit)
        ledger = EmbeddedLedger(path.gate)
        assert not ledger.alive(None)
        assert not ledger.alive("s-1")
        path.agent("parent")
        for id, parent in (("child", "parent"), ("grandchild", "child")):
            agent = path.stranger(id)
            path.gate.open_session(agent.token, agent.key.public_key, parent=parent)
        assert ledger.alive("grandchild")
        path.gate.revoke_session("parent")
        assert not ledger.alive("grandchild")
        assert not ledger.alive("parent")
