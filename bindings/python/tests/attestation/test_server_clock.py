"""ServerClock: which changes of a server's clock can have freed keys early."""

from __future__ import annotations

import pytest
from callgate.attestation.replay_stores.server_clock import ServerClock

WINDOW = 500.0
SERVER = 1_800_000_000_000.0


class World:
    """Our clock, and a server's that is away from it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.away = 0.0  # seconds
        self.clock = ServerClock(WINDOW, lambda: self.now)

    def hear(self, after: float, away: float, reply_took: float = 0.0) -> bool:
        self.now += after
        self.away = away
        sent = self.now * 1000
        self.now += reply_took
        return self.clock.heard(SERVER + (self.now - reply_took / 2 + away) * 1000, sent)


@pytest.fixture
def world() -> World:
    return World()


def test_the_server_s_time_is_known_once_it_was_heard(world: World) -> None:
    assert world.clock.now_ms() is None
    world.hear(0, 7200, reply_took=2)
    world.now += 10
    assert world.clock.now_ms() == SERVER + (world.now + 7200) * 1000


@pytest.mark.parametrize(("step", "leapt"), [(60, False), (61, True), (-3600, False)])
def test_more_than_the_margin_ahead_is_a_leap(world: World, step: float, leapt: bool) -> None:
    assert not world.hear(0, 7200)
    assert world.hear(10, 7200 + step) is leapt


def test_small_steps_within_the_window_add_up(world: World) -> None:
    assert not world.hear(0, 0)
    assert not world.hear(100, 40)
    assert world.hear(100, 80)


def test_steps_far_apart_do_not_add_up(world: World) -> None:
    assert not world.hear(0, 0)
    for number in range(1, 20):
        for _ in range(10):
            assert not world.hear(WINDOW / 5, 40.0 * number)


def test_a_slow_drift_is_no_leap(world: World) -> None:
    away = 0.0
    for _ in range(1000):
        away += 1
        assert not world.hear(50, away)


def test_back_and_ahead_again_is_a_leap(world: World) -> None:
    assert not world.hear(0, 0)
    assert not world.hear(10, -100)
    assert world.hear(10, 0)


def test_a_leap_is_told_once(world: World) -> None:
    world.hear(0, 0)
    assert world.hear(10, 100)
    assert not world.hear(10, 100)


def test_a_leap_after_a_long_silence_is_found(world: World) -> None:
    world.hear(0, 0)
    assert world.hear(WINDOW * 10, 100)
