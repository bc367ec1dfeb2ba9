"""set_within: an event, a time that passes, and a cancellation that is never lost."""

from __future__ import annotations

import asyncio

import pytest
from callgate._waits import set_within


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


async def test_it_says_whether_the_event_was_set_in_time() -> None:
    event = asyncio.Event()
    assert not await set_within(event, 0.001)
    asyncio.get_running_loop().call_soon(event.set)
    assert await set_within(event, 600)
    assert await set_within(event, 0)


async def test_a_cancellation_that_comes_with_the_event_counts() -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(set_within(event, 600))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    event.set()
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_nothing_waits_on_after_it() -> None:
    before = asyncio.all_tasks()
    assert not await set_within(asyncio.Event(), 0.001)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
