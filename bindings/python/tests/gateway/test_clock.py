"""The clock guard, with clocks of the test's own."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from call_path import CallPath, check_failure, post, until
from callgate.gateway.wire.clock import Clock, since_boot
from callgate.gateway.wire.refusal import Refusal
from observed_audit import observed_audit


class Times:
    """A wall clock and the time since boot."""

    def __init__(self) -> None:
        self.wall = 1_790_000_000.0
        self.boot = 1_000.0

    def pass_(self, seconds: float, *, wall: float | None = None) -> None:
        self.boot += seconds
        self.wall += seconds if wall is None else wall

    def clock(self, window: float = 30) -> Clock:
        return Clock(window, wall=lambda: self.wall, boot=lambda: self.boot)


def refusal(clock: Clock) -> Refusal:
    with pytest.raises(Refusal) as raised:
        clock.now()
    return raised.value


@pytest.mark.parametrize("jump", [-600, -5.1, 5.1, 600])
def test_a_jump_denies_until_it_was_stable_for_two_windows(jump: float) -> None:
    """A120."""
    times = Times()
    clock = times.clock()
    times.pass_(10)
    assert clock.now() == times.wall
    times.pass_(1, wall=1 + jump)
    error = refusal(clock)
    assert (error.code_name, error.dispatched, error.retry_after) == ("CLOCK_STEPPED", False, 60)
    assert clock.stepped
    times.pass_(59.9)
    assert refusal(clock).retry_after == pytest.approx(0.1)
    times.pass_(0.1)
    assert clock.now() == times.wall
    assert not clock.stepped


@pytest.mark.parametrize("jump", [-5, 5])
def test_a_smaller_jump_does_not(jump: float) -> None:
    times = Times()
    clock = times.clock()
    times.pass_(1, wall=1 + jump)
    assert clock.now() == times.wall


def test_a_second_jump_begins_the_wait_again() -> None:
    times = Times()
    clock = times.clock()
    times.pass_(1, wall=601)
    refusal(clock)
    times.pass_(50)
    times.pass_(0, wall=-600)
    assert refusal(clock).retry_after == 60
    times.pass_(59)
    refusal(clock)
    times.pass_(1)
    assert clock.now() == times.wall


def test_small_steps_add_up() -> None:
    times = Times()
    clock = times.clock()
    times.pass_(1, wall=4)
    clock.now()
    times.pass_(1, wall=4)
    refusal(clock)


def test_a_clock_that_is_slewed_for_days_is_followed() -> None:
    times = Times()
    clock = times.clock()
    for _ in range(24 * 60):
        times.pass_(60, wall=60 * 1.0005)
        assert clock.now() == times.wall


def test_sleep_is_no_jump() -> None:
    times = Times()
    clock = times.clock()
    times.pass_(8 * 3600)
    assert clock.now() == times.wall


def test_the_real_clocks_agree() -> None:
    assert Clock().now() > 1_700_000_000
    assert since_boot() > 0


@pytest.mark.anyio
async def test_every_endpoint_denies_while_nobody_knows_the_time(tmp_path: Path) -> None:
    times = Times()
    async with observed_audit(tmp_path) as audit:
        path = CallPath(audit, clock=times.clock())
        agent = path.agent()
        times.pass_(1, wall=-100)
        async with path.in_process() as client:
            envelope = agent.call("fs.read", {"path": "/workspace/a"})
            status, body, headers = await post(client, envelope)
            check_failure(status, body, "CLOCK_STEPPED", 9002)
            assert (status, body["dispatched"], headers["retry-after"]) == (503, False, "60")
            response = await client.get(
                "/v1/smcp/tools", headers={"authorization": f"Bearer {agent.token}"}
            )
            check_failure(response.status_code, response.json(), "CLOCK_STEPPED", 9002)
        assert path.server.calls == []
        # Both counted, one of the cause written.
        await until(lambda: audit.lines("event") != [])
        assert audit.lines("event")[0]["code_name"] == "CLOCK_STEPPED"


@pytest.mark.anyio
async def test_the_engine_judges_by_the_guarded_clock(tmp_path: Path) -> None:
    times = Times()
    async with observed_audit(tmp_path) as audit:
        path = CallPath(audit, clock=times.clock())
        agent = path.stranger("s-1", now=times.wall)
        path.gate.open_session(agent.token, agent.key.public_key, now=times.wall)

        async def status(client: httpx2.AsyncClient, age: float, id: int) -> int:
            at = times.wall - age
            envelope = agent.call("fs.read", {"path": "/workspace/a"}, id=id, now=at)
            return (await post(client, envelope))[0]

        async with path.in_process() as client:
            assert await status(client, 0, 1) == 200
            assert await status(client, 30, 2) == 200
            assert await status(client, 31, 3) == 401
            assert await status(client, -31, 4) == 401
