"""Options of a gate, and arguments of other types."""

from collections.abc import Callable
from typing import Any

import callgate
import pytest
from callgate import CallgateError, Gate, Limits
from gate_world import NOW, POLICY, Agent, World

untyped: Any = callgate  # for calls that a type checker refuses


@pytest.mark.parametrize(
    "options",
    [{"window": 0}, {"window": 301}, {"leeway": 61}, {"leeway": -1}, {"leeway": 0.5}],
)
def test_options_out_of_range_are_refused(world: World, options: dict[str, Any]) -> None:
    with pytest.raises(CallgateError) as refused:
        Gate(world.policy, issuer_keys=[world.issuer.public_key], **options)
    assert refused.value.code_name == "INVALID_ARGUMENT"


def test_limits_are_the_gates() -> None:
    world = World(limits=Limits(max_replay_entries=2))
    agent = world.agent()
    codes = [agent.call().code_name for _ in range(3)]
    assert codes == [None, None, "LEDGER_FULL"]


@pytest.mark.parametrize(
    "call",
    [
        lambda w, a: untyped.Gate(POLICY, issuer_keys=[w.issuer.public_key]),
        lambda w, a: untyped.Gate(w.policy, issuer_keys=w.issuer),
        lambda w, a: untyped.Gate(w.policy, issuer_keys=[w.issuer.public_key], issuer=1),
        lambda w, a: untyped.Gate(w.policy, issuer_keys=[w.issuer.public_key], window="30"),
        lambda w, a: untyped.Gate(w.policy, issuer_keys=[w.issuer.public_key], limits={}),
        lambda w, a: w.gate.authorize(None, now=NOW),
        lambda w, a: w.gate.authorize({}, now=NOW),
        lambda w, a: w.gate.authorize(b"", now="noon"),
        lambda w, a: w.gate.plan(1),
        lambda w, a: w.gate.open_session(None, a.key.public_key),
        lambda w, a: w.gate.open_session(a.token, a.key),
        lambda w, a: w.gate.open_session(a.token, a.key.public_key, parent=b"s1"),
        lambda w, a: w.gate.session(b"s1"),
        lambda w, a: w.gate.is_open(b"s1"),
        lambda w, a: w.gate.end_session(None),
        lambda w, a: w.gate.revoke_session("\ud800"),
        lambda w, a: w.gate.set_policy(POLICY),
        lambda w, a: w.gate.set_issuer_keys(None),
        lambda w, a: w.gate.restore_state(None),
        lambda w, a: w.gate.restore_state(b"", [1]),
        lambda w, a: w.gate.plan(a.envelope(), now=NOW).finish("committed"),
        lambda w, a: w.gate.plan(a.envelope(), now=NOW).finish(untyped.Committed(("0",))),
        lambda w, a: w.gate.plan(a.envelope(), now=NOW).finish(untyped.RateLimited("1")),
    ],
)
def test_wrong_types_are_a_type_error(world: World, call: Callable[[Any, Agent], Any]) -> None:
    agent = world.agent()
    with pytest.raises(TypeError) as refused:
        call(world, agent)
    assert agent.token not in str(refused.value)
