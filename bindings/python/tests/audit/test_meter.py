"""RefusalMeter: refusals cannot fill the disk, and none goes uncounted."""

from __future__ import annotations

from callgate.audit import RefusalMeter


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_ten_refusals_a_second_of_a_session_are_written_then_counted() -> None:
    clock = Clock()
    meter = RefusalMeter(monotonic=clock)
    assert [meter.refused("a") for _ in range(12)] == [True] * 10 + [False] * 2
    assert meter.refused("b")
    assert meter.summary() == {"sessions": {"a": 2}, "sessions_total": 2}
    assert meter.summary() is None
    clock.now += 1
    assert meter.refused("a")


def test_one_event_a_second_for_each_cause_whoever_sends_it() -> None:
    clock = Clock()
    meter = RefusalMeter(monotonic=clock)
    assert meter.refused_unverified("INVALID_SIGNATURE")
    assert not meter.refused_unverified("INVALID_SIGNATURE")
    assert meter.refused_unverified("INVALID_TOKEN")
    clock.now += 1
    assert meter.refused_unverified("INVALID_SIGNATURE")
    assert meter.summary() == {
        "causes": {"INVALID_SIGNATURE": 3, "INVALID_TOKEN": 1},
        "causes_total": 4,
    }


def test_full_events_before_a_verified_token_have_a_quota_a_day() -> None:
    clock = Clock()
    meter = RefusalMeter(quota=3, monotonic=clock)
    written = 0
    for _ in range(10):
        written += meter.refused_unverified("INVALID_TOKEN")
        clock.now += 1
    assert written == 3
    clock.now += 86400
    assert meter.refused_unverified("INVALID_TOKEN")


def test_memory_is_bounded_whatever_is_sent() -> None:
    clock = Clock()
    meter = RefusalMeter(monotonic=clock)
    for number in range(30_000):
        meter.refused_unverified(f"cause {number}")
        for _ in range(11 if number < 50 else 1):
            meter.refused(f"session {number}")
    summary = meter.summary()
    assert summary is not None
    assert summary["causes_total"] == 30_000
    assert len(summary["causes"]) <= 100
    assert summary["sessions_total"] == 50
