"""Work in the background ends with its block, and says where it fails."""

from __future__ import annotations

import asyncio
import logging

import pytest
from callgate.serving.background import in_background

LOG = logging.getLogger("callgate.tests")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_work_that_fails_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise ValueError("of the work")

    failed = asyncio.Event()
    async with in_background(fails(), failed, LOG):
        await asyncio.wait_for(failed.wait(), 60)
    (record,) = caplog.records
    assert record.exc_info and str(record.exc_info[1]) == "of the work"


@pytest.mark.anyio
async def test_work_is_cancelled_at_the_end_of_the_block(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    async def goes_on() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("goes_on")

    failed = asyncio.Event()
    async with in_background(goes_on(), failed, LOG):
        await asyncio.sleep(0)
        assert not ended
    assert (ended, failed.is_set(), caplog.records) == (["goes_on"], False, [])
