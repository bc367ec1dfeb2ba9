"""repeat_revocations: what audit lines say was ended is ended, whatever the journal missed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from callgate import Gate
from callgate.audit.chain import ORIGIN, Line
from callgate.gateway.executions.execution import Execution
from callgate.gateway.executions.registry import ExecutionRegistry
from callgate.gateway.executions.ties import NoTie
from callgate.gateway.sessions.recovery import repeat_revocations
from gateway_state import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def gate(world: World) -> Gate:
    gate = Gate(world.policy, issuer_keys=[world.issuer.public_key])
    for session in ("a", "b"):
        gate.open_session(world.token(session), world.agent.public_key)
    return gate


def line(kind: str, **fields: Any) -> Line:
    return Line(7, ORIGIN, kind, "2026-02-17T14:32:01.583Z", json.loads(json.dumps(fields)), ORIGIN)


def state(gate: Gate, session: str) -> str | None:
    found = gate.session(session)
    return None if found is None else found.state


def test_a_revoked_session_and_its_execution_are_revoked(gate: Gate) -> None:
    executions = ExecutionRegistry()
    event = line(
        "event", event="SessionRevoked", session="a", workload="exec of a",
        details={"state": "revoked"}, reason="the operator said so",
    )  # fmt: skip
    repeat_revocations([event, event], gate, executions)
    assert state(gate, "a") == "revoked"
    assert state(gate, "b") == "open"
    assert dict(executions.revoked) == {"exec of a": "the operator said so"}


def test_an_ended_session_is_ended_and_its_execution_goes_on(gate: Gate) -> None:
    executions = ExecutionRegistry()
    event = line(
        "event", event="SessionRevoked", session="a", workload="exec of a",
        details={"state": "ended"},
    )  # fmt: skip
    repeat_revocations([event], gate, executions)
    assert state(gate, "a") == "ended"
    assert not executions.revoked


def test_an_execution_that_was_removed_is_removed(gate: Gate) -> None:
    executions = ExecutionRegistry()
    scopes = frozenset({"research"})
    executions.register(Execution(workload_id="exec-1", scopes=scopes, tie=NoTie(), lifetime=60))
    removed = line("execution_removed", workload="exec-1")
    repeat_revocations([removed, removed], gate, executions)
    assert not executions.listed()


def test_a_reset_of_the_clock_ends_every_session(gate: Gate) -> None:
    repeat_revocations([line("clock_reset")], gate, ExecutionRegistry())
    assert {state(gate, "a"), state(gate, "b")} <= {"ended", None}


def test_other_lines_and_unknown_sessions_change_nothing(gate: Gate) -> None:
    executions = ExecutionRegistry()
    unknown = line("event", event="SessionRevoked", session="zzz", details={"state": "ended"})
    repeat_revocations(
        [line("event", event="ToolCallAuthorized", session="a"), unknown], gate, executions
    )
    assert state(gate, "a") == "open"
