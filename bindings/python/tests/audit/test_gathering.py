"""Lines go to the writer together, and none waits long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from callgate.audit.entry import Entry
from callgate.audit.gathering import ENOUGH, MAX_BATCH, QUIET_TURNS, Gathering, Item

LINE = Entry("event", b"{}", "2026-01-01T00:00:00.000Z")
NOBODY = Item(LINE)


def caller() -> Item:
    return Item(LINE, lambda sequence: None)


def batches(use: Callable[[Gathering], Coroutine[Any, Any, None]]) -> list[int]:
    """The sizes of what a writer takes that is always free."""
    taken: list[int] = []

    async def write(gathering: Gathering, woken: asyncio.Event) -> None:
        while True:
            while not gathering.due:
                woken.clear()
                await woken.wait()
            await gathering.neighbours()
            taken.append(len(gathering.take()))

    async def run() -> None:
        woken = asyncio.Event()
        gathering = Gathering(asyncio.get_running_loop(), woken.set)
        writer = asyncio.create_task(write(gathering, woken))
        await turns(1)
        await use(gathering)
        writer.cancel()
        gathering.close()

    asyncio.run(run())
    return taken


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_callers_of_neighbouring_turns_go_together() -> None:
    async def use(gathering: Gathering) -> None:
        for _ in range(5):
            gathering.add(caller())
            gathering.add(caller())
            await turns(1)
        await turns(QUIET_TURNS + 2)

    assert batches(use) == [10]


def test_a_caller_after_one_that_came_alone_waits_for_nobody() -> None:
    async def use(gathering: Gathering) -> None:
        for _ in range(3):
            gathering.add(caller())
            await turns(3)

    assert batches(use) == [1, 1, 1]


def test_a_caller_after_many_waits_for_others_in_vain() -> None:
    async def use(gathering: Gathering) -> None:
        gathering.add(caller())
        gathering.add(caller())
        await turns(QUIET_TURNS + 3)
        gathering.add(caller())
        await turns(QUIET_TURNS + 3)

    assert batches(use) == [2, 1]


def test_a_loop_that_is_never_quiet_keeps_nobody_waiting() -> None:
    async def use(gathering: Gathering) -> None:
        for _ in range(2 * ENOUGH):
            gathering.add(caller())
            gathering.add(caller())
            await turns(1)

    sizes = batches(use)
    assert sum(sizes) >= 2 * ENOUGH
    assert max(sizes) <= ENOUGH + 2


def test_what_nobody_waits_for_goes_with_the_next_caller() -> None:
    async def use(gathering: Gathering) -> None:
        gathering.add(NOBODY)
        gathering.add(NOBODY)
        await turns(10)
        gathering.add(caller())
        await turns(3)

    assert batches(use) == [3]


def test_what_nobody_waits_for_goes_by_itself_in_the_end() -> None:
    async def use() -> None:
        woken = asyncio.Event()
        gathering = Gathering(asyncio.get_running_loop(), woken.set)
        gathering.add(NOBODY)
        assert not gathering.due
        await asyncio.wait_for(woken.wait(), 10)
        assert gathering.due

    asyncio.run(use())


def test_a_batch_has_an_end() -> None:
    async def use() -> None:
        gathering = Gathering(asyncio.get_running_loop(), lambda: None)
        for _ in range(MAX_BATCH + 1):
            gathering.add(caller())
        assert [len(gathering.take()), len(gathering.take())] == [MAX_BATCH, 1]
        assert not gathering.due

    asyncio.run(use())
