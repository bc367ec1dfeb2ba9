"""A wall clock that is set while the gateway runs: nothing signed before counts twice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway_process import replace, wait_until
from places import counting, place, write_place
from world import World, mark

STEP = 600.0
WINDOW = 1


class Clock:
    """The gateway's; what is signed by it is signed at its time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ahead = 0.0
        file.write_text("0")

    def step(self, seconds: float) -> None:
        self.ahead += seconds
        replace(self.file, str(self.ahead))


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "ahead")


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    config = write_place(
        tmp_path / "g",
        {"count": counting(tmp_path / "g", "run")},
        clock={"window_seconds": WINDOW},
    )
    script = str(Path(__file__).parent / "shifted_clock.py")
    with place(config, program=[sys.executable, script, str(clock.file)]) as world:
        yield world


def is_steady(world: World) -> bool:
    parts = world.operator.get("/readyz").json()["parts"]
    return bool(parts["clock"] == "ok")


@pytest.mark.attack("A120")
def test_a_step_forward_denies_until_the_clock_was_stable_for_two_windows(
    world: World, clock: Clock
) -> None:
    agent, id = world.agent("any"), mark()
    before = agent.call("count.run", {"mark": id})
    assert world.verdict(before) is None
    clock.step(STEP)
    answer = world.post(agent.call("count.run", {"mark": id}, id=2, age=-STEP))
    assert (answer.status, answer.code) == (503, "CLOCK_STEPPED")
    assert answer.body["dispatched"] is False
    assert 0 < answer.body["error"]["retry_after"] <= 2 * WINDOW
    # Who asks for a session is told the same.
    assert world.attest(agent.key.public_key.to_base64(), "any").code == "CLOCK_STEPPED"
    wait_until(lambda: is_steady(world))
    assert world.verdict(before) == "REPLAY_DETECTED"
    assert world.verdict(agent.call("count.run", {"mark": id}, id=3, age=-STEP)) is None
    assert world.times(id) == 2


@pytest.mark.attack("A120")
def test_a_step_back_makes_nothing_fresh_again(world: World, clock: Clock) -> None:
    agent, id = world.agent("any"), mark()
    before = agent.call("count.run", {"mark": id})
    assert world.verdict(before) is None
    clock.step(-STEP)
    assert world.verdict(agent.call("count.run", {"mark": id}, id=2, age=STEP)) == "CLOCK_STEPPED"
    # Nobody can set the ledger to a time that is not known.
    reset = world.operator.post("/admin/v1/clock/reset", json={})
    assert (reset.status_code, reset.json()["error"]["name"]) == (503, "CLOCK_STEPPED")
    wait_until(lambda: is_steady(world))
    # What was signed by the true clock is in the future now, what is signed now is in the past of
    # the ledger, which knows better.
    assert world.verdict(before) in ("REPLAY_DETECTED", "CLOCK_STEPPED")
    late = agent.call("count.run", {"mark": id}, id=3, age=STEP)
    assert world.verdict(late) == "CLOCK_STEPPED"
    # The operator's way out ends every session.
    assert world.operator.post("/admin/v1/clock/reset", json={}).is_success
    assert world.verdict(agent.call("count.run", {"mark": id}, id=4, age=STEP)) is not None
    assert world.verdict(before) is not None
    fresh = world.agent("any")
    assert world.verdict(fresh.call("count.run", {"mark": id}, age=STEP)) is None
    clock.step(STEP)
    wait_until(lambda: not is_steady(world))
    wait_until(lambda: is_steady(world))
    assert world.verdict(before) is not None
    assert world.times(id) == 2


@pytest.mark.attack("A120")
def test_a_step_of_less_than_five_seconds_is_followed(world: World, clock: Clock) -> None:
    agent = world.agent("any")
    clock.step(4)
    assert world.verdict(agent.call("count.run", {}, age=-4)) is None
    assert world.verdict(agent.call("count.run", {}, id=2)) == "REPLAY_DETECTED"
    # Steps add up.
    clock.step(4)
    assert world.verdict(agent.call("count.run", {}, id=3, age=-8)) == "CLOCK_STEPPED"
