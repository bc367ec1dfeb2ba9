"""RefusalLog: how much a stranger can write into the operators' log."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from callgate.gateway.admin.refusal_log import SECONDS, RefusalLog

FIRST = "a request to the operator API without its credential"
MORE = "more requests to the operator API without its credential"


class Later:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.due: list[Callable[[], None]] = []

    def __call__(self, seconds: float, do: Callable[[], None]) -> None:
        assert seconds == SECONDS
        self.due.append(do)

    def pass_(self) -> None:
        due, self.due = self.due, []
        for do in due:
            do()


def test_a_flood_is_one_line_and_then_its_count(caplog: pytest.LogCaptureFixture) -> None:
    later = Later()
    log = RefusalLog(later)
    for _ in range(8000):
        log.refused()
    assert caplog.messages == [FIRST]
    later.pass_()
    assert caplog.messages == [FIRST, MORE]
    assert vars(caplog.records[-1])["count"] == 7999
    log.refused()
    assert len(caplog.messages) == 2  # counted, for the next line
    later.pass_()
    assert vars(caplog.records[-1])["count"] == 1


def test_one_request_now_and_then_is_one_line_each(caplog: pytest.LogCaptureFixture) -> None:
    later = Later()
    log = RefusalLog(later)
    for _ in range(3):
        log.refused()
        later.pass_()
        assert not later.due
    assert caplog.messages == [FIRST] * 3
