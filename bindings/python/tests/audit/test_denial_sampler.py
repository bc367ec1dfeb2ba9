"""DenialSampler: refusals cannot fill the disk, and none goes uncounted."""

from __future__ import annotations

import pytest
from callgate.audit.denial_sampler import DenialSampler, Share


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_ten_refusals_a_second_of_a_session_are_written_then_counted() -> None:
    clock = Clock()
    sampler = DenialSampler(monotonic=clock)
    assert [sampler.refused("a") for _ in range(12)] == [True] * 10 + [False] * 2
    assert sampler.refused("b")
    assert sampler.summary() == {"sessions": {"a": 2}, "sessions_total": 2}
    assert sampler.summary() is None
    clock.now += 1
    assert sampler.refused("a")


def test_one_event_a_second_for_each_cause_whoever_sends_it() -> None:
    clock = Clock()
    sampler = DenialSampler(monotonic=clock)
    assert sampler.refused_unverified("INVALID_SIGNATURE")
    assert not sampler.refused_unverified("INVALID_SIGNATURE")
    assert sampler.refused_unverified("INVALID_TOKEN")
    clock.now += 1
    assert sampler.refused_unverified("INVALID_SIGNATURE")
    assert sampler.summary() == {
        "causes": {"INVALID_SIGNATURE": 3, "INVALID_TOKEN": 1},
        "causes_total": 4,
    }


def test_full_events_before_a_verified_token_have_a_quota_a_day() -> None:
    clock = Clock()
    sampler = DenialSampler(quota=3, monotonic=clock)
    written = 0
    for _ in range(10):
        written += sampler.refused_unverified("INVALID_TOKEN")
        clock.now += 1
    assert written == 3
    clock.now += 86400
    assert sampler.refused_unverified("INVALID_TOKEN")


def written_in(sampler: DenialSampler, clock: Clock, cause: str, share: Share, tries: int) -> int:
    written = 0
    for _ in range(tries):
        written += sampler.refused_unverified(cause, share=share)
        clock.now += 1
    return written


def test_bounds_take_a_tenth_of_the_quota_and_nothing_of_what_is_for_callers() -> None:
    clock = Clock()
    sampler = DenialSampler(quota=50, monotonic=clock)
    assert written_in(sampler, clock, "http malformed_http", "bounds", 100) == 5
    assert written_in(sampler, clock, "INVALID_TOKEN", "callers", 100) == 45
    summary = sampler.summary()
    assert summary is not None and summary["causes_total"] == 200
    clock.now += 86400
    assert written_in(sampler, clock, "INVALID_TOKEN", "callers", 100) == 45
    assert written_in(sampler, clock, "http malformed_http", "bounds", 100) == 5


def test_a_share_that_is_used_up_is_in_the_log_once_a_day(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    sampler = DenialSampler(quota=50, monotonic=clock)

    def warned() -> list[str]:
        records = [record for record in caplog.records if record.name == "callgate.audit"]
        return [vars(record)["share"] for record in records]

    written_in(sampler, clock, "http malformed_http", "bounds", 4)
    assert warned() == []
    written_in(sampler, clock, "http malformed_http", "bounds", 100)
    assert warned() == ["bounds"]
    written_in(sampler, clock, "INVALID_TOKEN", "callers", 100)
    assert warned() == ["bounds", "callers"]
    clock.now += 86400
    written_in(sampler, clock, "http malformed_http", "bounds", 100)
    assert warned() == ["bounds", "callers", "bounds"]


def test_memory_is_bounded_whatever_is_sent() -> None:
    clock = Clock()
    sampler = DenialSampler(monotonic=clock)
    for number in range(30_000):
        sampler.refused_unverified(f"cause {number}")
        for _ in range(11 if number < 50 else 1):
            sampler.refused(f"session {number}")
    summary = sampler.summary()
    assert summary is not None
    assert summary["causes_total"] == 30_000
    assert len(summary["causes"]) <= 100
    assert summary["sessions_total"] == 50
