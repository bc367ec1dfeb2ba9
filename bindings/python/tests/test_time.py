"""Points in time: seconds, aware datetimes, and the wall clock."""

import inspect
import math
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import callgate
import pytest
from callgate import CallgateError, Gate, SecretKey, _native
from callgate._time import milliseconds, to_datetime
from callgate.gateway.config.operations import ClockSettings
from callgate.gateway.wire.clock import Clock
from callgate.smcp.server import verify_seal_envelope, verify_smcp_envelope

CLAIMS = {"sub": "agent-7", "scp": "default"}


def test_seconds_and_datetimes_name_the_same_time() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    at = datetime(2026, 2, 17, 20, 2, 1, 583_000, tzinfo=zone)
    assert milliseconds(at) == milliseconds(at.timestamp()) == 1771338721583
    assert milliseconds(1771338721) == 1771338721000
    assert to_datetime(1771338721583) == at


def test_the_default_is_the_wall_clock() -> None:
    before = time.time_ns() // 1_000_000
    assert before <= milliseconds(None) <= time.time_ns() // 1_000_000


@pytest.mark.parametrize("now", [True, "2026-01-01", b"1", [1], datetime(2026, 1, 1)])
def test_what_names_no_time_is_a_type_error(key: SecretKey, now: Any) -> None:
    for call in (
        lambda: callgate.issue_token(CLAIMS, key, now=now),
        lambda: callgate.create_envelope({}, "a.b.c", key, now=now),
    ):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize(
    "now",
    [
        0,
        -1,
        978_307_199.999,
        7_258_118_400.001,
        1771338721583,  # milliseconds, where seconds are due
        10**40,
        10**400,
        math.nan,
        math.inf,
        datetime(2000, 12, 31, tzinfo=timezone.utc),
        datetime(2200, 1, 2, tzinfo=timezone.utc),
    ],
)
def test_a_time_outside_2001_to_2200_is_refused(key: SecretKey, now: Any) -> None:
    with pytest.raises(CallgateError) as refused:
        callgate.issue_token(CLAIMS, key, now=now)
    assert refused.value.code_name == "INVALID_ARGUMENT"


def test_the_ends_of_the_range_are_accepted() -> None:
    assert milliseconds(978_307_200) == milliseconds(datetime(2001, 1, 1, tzinfo=timezone.utc))
    assert milliseconds(7_258_118_400) == milliseconds(datetime(2200, 1, 1, tzinfo=timezone.utc))


@pytest.mark.parametrize("lifetime", [0, -1, 1.5, 86_401, math.nan, 10**30])
def test_a_duration_out_of_range_is_refused(key: SecretKey, lifetime: float) -> None:
    with pytest.raises(CallgateError) as refused:
        callgate.issue_token(CLAIMS, key, lifetime=lifetime)
    assert refused.value.code_name == "INVALID_ARGUMENT"


def test_where_no_window_is_given_the_engines_holds() -> None:
    def default(function: Any, parameter: str) -> Any:
        return inspect.signature(function).parameters[parameter].default

    windows = [
        default(Gate, "window"),
        default(Clock, "window"),
        default(verify_smcp_envelope, "max_age_seconds"),
        default(verify_seal_envelope, "max_age_seconds"),
        ClockSettings().window_seconds,
    ]
    assert windows == [_native.DEFAULT_WINDOW / 1000] * 5 == [30] * 5
