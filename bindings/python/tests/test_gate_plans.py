"""Plans: what a ledger outside is asked, and what comes of its answer."""

from datetime import datetime, timezone

import callgate
import pytest
from callgate import (
    AlreadySeen,
    Committed,
    Full,
    Outcome,
    RateLimited,
    SessionInactive,
    Unavailable,
)
from gate_world import NOW, World

OUTCOMES: list[tuple[Outcome, str | None]] = [
    (Committed((0,)), None),
    (Committed([0]), None),
    (Committed(), "LEDGER_UNAVAILABLE"),
    (Committed((1,)), "LEDGER_UNAVAILABLE"),
    (Committed((0, 0)), "LEDGER_UNAVAILABLE"),
    (Committed((-1,)), "LEDGER_UNAVAILABLE"),
    (Committed((2**40,)), "LEDGER_UNAVAILABLE"),
    (AlreadySeen(), "REPLAY_DETECTED"),
    (RateLimited(1.5), "RATE_LIMIT_EXCEEDED"),
    (RateLimited(-1.5), "LEDGER_UNAVAILABLE"),
    (RateLimited(-0.0001), "LEDGER_UNAVAILABLE"),
    (SessionInactive(), "SESSION_INACTIVE"),
    (Full(), "LEDGER_FULL"),
    (Unavailable(), "LEDGER_UNAVAILABLE"),
]


@pytest.mark.parametrize(("outcome", "code"), OUTCOMES, ids=[str(o) for o, _ in OUTCOMES])
def test_a_plan_is_finished_with_what_the_ledger_says(
    world: World, outcome: Outcome, code: str | None
) -> None:
    agent = world.agent()
    data = agent.envelope()
    plan = world.gate.plan(data, now=NOW)
    assert plan.replay_key is not None
    assert plan.replay_key[0] == agent.key.public_key
    assert len(plan.replay_key[1]) == 64
    assert plan.sessions == ("s1",)
    assert plan.timestamp == datetime.fromtimestamp(NOW, timezone.utc)
    assert plan.window == 30.0
    [[charge]] = plan.charges
    assert (charge.calls, charge.per_seconds) == (3, 60)
    assert charge == callgate.Charge(charge.key, 3, 60)

    decision = plan.finish(outcome)
    assert decision.code_name == code
    assert decision.allowed is (code is None)
    if code == "RATE_LIMIT_EXCEEDED":
        assert decision.retry_after == 1.5
    if code is None:
        assert decision.charged == (charge,)
    assert plan.finish(Committed((0,))).code_name == "INTERNAL_ERROR"
    assert world.gate.authorize(data, now=NOW), "a plan records nothing in the embedded ledger"


def test_a_wait_is_never_less_than_the_ledger_said(world: World) -> None:
    data = world.agent().envelope()
    for said, told in [(0.0, 0.0), (0.0001, 0.001), (1.5, 1.5), (1.5001, 1.501), (60, 60.0)]:
        plan = world.gate.plan(data, now=NOW)
        assert plan.finish(RateLimited(said)).retry_after == told


def test_a_plan_without_a_replay_key_needs_no_ledger(world: World) -> None:
    plan = world.gate.plan(b"{}", now=NOW)
    assert (plan.replay_key, plan.timestamp, plan.charges, plan.sessions) == (None, None, (), ())
    assert plan.finish(Committed()).code_name == "INVALID_ENVELOPE"


def test_a_plan_outlives_its_gate() -> None:
    world = World()
    plan = world.gate.plan(world.agent().envelope(), now=NOW)
    del world
    assert plan.finish(Committed((0,)))
