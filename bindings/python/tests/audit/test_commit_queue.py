"""Lines go to the writer together, and none waits long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from callgate.audit.commit_queue import ENOUGH, MAX_BATCH, QUIET_TURNS, CommitQueue, Item
from callgate.audit.entry import Entry

LINE = Entry("event", b"{}", "2026-01-01T00:00:00.000Z")
NOBODY = Item(LINE)


def caller() -> Item:
    return Item(LINE, lambda sequence: None)


def batches(use: Callable[[CommitQueue], Coroutine[Any, Any, None]]) -> list[int]:
    """The sizes of what a writer takes that is always free."""
    taken: list[int] = []

    async def write(queue: CommitQueue, woken: asyncio.Event) -> None:
        while True:
            while not queue.due:
                woken.clear()
                await woken.wait()
            await queue.neighbours()
            taken.append(len(queue.take()))

    async def run() -> None:
        woken = asyncio.Event()
        queue = CommitQueue(asyncio.get_running_loop(), woken.set)
        writer = asyncio.create_task(write(queue, woken))
        await turns(1)
        await use(queue)
        writer.cancel()
        queue.close()

    asyncio.run(run())
    return taken


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_callers_of_neighbouring_turns_go_together() -> None:
    async def use(queue: CommitQueue) -> None:
        for _ in range(5):
            queue.add(caller())
            queue.add(caller())
            await turns(1)
        await turns(QUIET_TURNS + 2)

    assert batches(use) == [10]


def test_a_caller_after_one_that_came_alone_waits_for_nobody() -> None:
    async def use(queue: CommitQueue) -> None:
        for _ in range(3):
            queue.add(caller())
            await turns(3)

    assert batches(use) == [1, 1, 1]


def test_a_caller_after_many_waits_for_others_in_vain() -> None:
    async def use(queue: CommitQueue) -> None:
        queue.add(caller())
        queue.add(caller())
        await turns(QUIET_TURNS + 3)
        queue.add(caller())
        await turns(QUIET_TURNS + 3)

    assert batches(use) == [2, 1]


def test_a_loop_that_is_never_quiet_keeps_nobody_waiting() -> None:
    async def use(queue: CommitQueue) -> None:
        for _ in range(2 * ENOUGH):
            queue.add(caller())
            queue.add(caller())
            await turns(1)

    sizes = batches(use)
    assert sum(sizes) >= 2 * ENOUGH
    assert max(sizes) <= ENOUGH + 2


def test_what_nobody_waits_for_goes_with_the_next_caller() -> None:
    async def use(queue: CommitQueue) -> None:
        queue.add(NOBODY)
        queue.add(NOBODY)
        await turns(10)
        queue.add(caller())
        await turns(3)

    assert batches(use) == [3]


def test_what_nobody_waits_for_goes_by_itself_in_the_end() -> None:
    async def use() -> None:
        woken = asyncio.Event()
        queue = CommitQueue(asyncio.get_running_loop(), woken.set)
        queue.add(NOBODY)
        assert not queue.due
        await asyncio.wait_for(woken.wait(), 10)
        assert queue.due

    asyncio.run(use())


def test_a_batch_has_an_end() -> None:
    async def use() -> None:
        queue = CommitQueue(asyncio.get_running_loop(), lambda: None)
        for _ in range(MAX_BATCH + 1):
            queue.add(caller())
        assert [len(queue.take()), len(queue.take())] == [MAX_BATCH, 1]
        assert not queue.due

    asyncio.run(use())
