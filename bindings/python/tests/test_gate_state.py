"""The state of a gate: exported, restored, and after a clock that stepped back."""

import pytest
from callgate import CallgateError
from gate_world import NOW, World


def test_a_second_process_goes_on_from_exported_state(world: World) -> None:
    agent = world.agent()
    exported = world.gate.export_state()
    first = agent.envelope()
    journal = [world.gate.authorize(first, now=NOW).effects, world.agent("s2").session.effects]

    other = World(issuer=world.issuer)
    other.gate.restore_state(exported, effects=journal)
    other.gate.restore_state(exported, journal + journal)
    assert other.gate.authorize(first, now=NOW).cause == "already_seen"
    assert other.gate.session("s2") is not None
    assert [other.gate.authorize(agent.envelope(), now=NOW).allowed for _ in range(3)] == [
        True,
        True,
        False,
    ]
    for state, effects in ((b"{}", []), (exported, [b"x"]), (b"", [])):
        with pytest.raises(CallgateError) as refused:
            other.gate.restore_state(state, effects)
        assert refused.value.code_name == "INVALID_ARGUMENT"
    assert other.gate.session("s2") is not None


def test_a_clock_that_stepped_back_is_reset(world: World) -> None:
    agent = world.agent()
    world.gate.authorize(b"", now=NOW)
    assert agent.call()
    plan = world.gate.authorize(agent.envelope(), now=NOW + 1000)
    assert plan.cause == "outside_window"
    assert agent.call().code_name == "CLOCK_STEPPED"
    assert world.gate.reset_clock(NOW)
    assert agent.call().code_name == "SESSION_INACTIVE"
    assert world.agent("s2").call()
