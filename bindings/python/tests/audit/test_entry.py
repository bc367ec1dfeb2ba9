"""Entries: the second line of a call, in the form of all others."""

from __future__ import annotations

import hashlib
import json
import random

import pytest
from callgate import canonicalize
from callgate.audit.entry import outcome_entry

TIME = "2026-02-17T14:32:01.583Z"


def assert_written(event: int, result: bytes, duration: float) -> None:
    entry = outcome_entry(
        event, "succeeded", TIME, result=result, duration=duration, dispatched=True
    )
    fields = {
        "event": event,
        "outcome": "succeeded",
        "result": hashlib.sha256(result).hexdigest(),
        "result_bytes": len(result),
        "duration_ms": round(duration * 1000, 3),
        "dispatched": True,
    }
    assert entry.fields == canonicalize(json.dumps(fields)), duration
    assert (entry.kind, entry.time, entry.closes) == ("outcome", TIME, event)


@pytest.mark.parametrize(
    "duration", [0.0, 1e-9, 4e-7, 1e-6, 0.001, 0.0015, 0.1, 1.0, 1.2345678, 60.0, 86_400.001, 1e9]
)
def test_the_outcome_of_an_answered_call_is_canonical(duration: float) -> None:
    assert_written(7, b'{"content":[]}', duration)


def test_whatever_a_call_took_and_answered() -> None:
    rng = random.Random(8785)
    for _ in range(2000):
        duration = rng.uniform(0, 10.0 ** rng.randrange(-7, 6))
        assert_written(rng.randrange(1, 10**12), rng.randbytes(rng.randrange(40)), duration)


def test_what_is_not_known_is_absent() -> None:
    failed = outcome_entry(7, "failed", TIME, error="UPSTREAM_TIMEOUT", dispatched=False)
    assert failed.fields == (
        b'{"dispatched":false,"error":"UPSTREAM_TIMEOUT","event":7,"outcome":"failed"}'
    )
    assert outcome_entry(7, "unknown", TIME).fields == b'{"event":7,"outcome":"unknown"}'
