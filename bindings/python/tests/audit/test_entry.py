"""Entries: the second line of a call, in the form of all others."""

from __future__ import annotations

import hashlib
import random

import pytest
from callgate.audit.entry import ended_entry, outcome_entry

TIME = "2026-02-17T14:32:01.583Z"


def assert_same(event: int, result: bytes, duration: float) -> None:
    expected = outcome_entry(
        event,
        "succeeded",
        TIME,
        result=hashlib.sha256(result).hexdigest(),
        result_bytes=len(result),
        duration_ms=round(duration * 1000, 3),
        dispatched=True,
    )
    ended = ended_entry(event, TIME, result=result, duration=duration, error=None, dispatched=True)
    assert ended == expected, duration


@pytest.mark.parametrize(
    "duration", [0.0, 1e-9, 4e-7, 1e-6, 0.001, 0.0015, 0.1, 1.0, 1.2345678, 60.0, 86_400.001, 1e9]
)
def test_the_outcome_of_an_answered_call_is_written_as_any_other(duration: float) -> None:
    assert_same(7, b'{"content":[]}', duration)


def test_whatever_a_call_took_and_answered() -> None:
    rng = random.Random(8785)
    for _ in range(2000):
        duration = rng.uniform(0, 10.0 ** rng.randrange(-7, 6))
        assert_same(rng.randrange(1, 10**12), rng.randbytes(rng.randrange(40)), duration)
