"""Lines go to the writer's thread together, and none waits long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from callgate.audit.entry import Entry
from callgate.audit.gathering import ENOUGH, QUIET_TURNS, Gathering
from callgate.audit.writer import Item

LINE = Entry("event", b"{}", "2026-01-01T00:00:00.000Z")
NOBODY = Item(LINE)


def caller() -> Item:
    return Item(LINE, lambda sequence: None)


def batches(use: Callable[[Gathering], Coroutine[Any, Any, None]]) -> list[int]:
    """The sizes of what was handed over."""
    handed: list[int] = []

    async def run() -> None:
        await use(Gathering(asyncio.get_running_loop(), lambda items: handed.append(len(items))))

    asyncio.run(run())
    return handed


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_callers_of_neighbouring_turns_go_together() -> None:
    async def use(gathering: Gathering) -> None:
        for _ in range(5):
            gathering.add(caller())
            gathering.add(caller())
            await turns(1)
        await turns(QUIET_TURNS + 1)

    assert batches(use) == [10]


def test_a_caller_after_one_that_came_alone_waits_for_nobody() -> None:
    async def use(gathering: Gathering) -> None:
        for _ in range(3):
            gathering.add(caller())
            await turns(2)

    assert batches(use) == [1, 1, 1]


def test_a_caller_after_many_waits_for_others_in_vain() -> None:
    async def use(gathering: Gathering) -> None:
        gathering.add(caller())
        gathering.add(caller())
        await turns(QUIET_TURNS + 2)
        gathering.add(caller())
        await turns(QUIET_TURNS + 2)

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
        await turns(2)

    assert batches(use) == [3]


def test_what_nobody_waits_for_goes_by_itself_in_the_end() -> None:
    handed = asyncio.Event()

    async def use() -> None:
        gathering = Gathering(asyncio.get_running_loop(), lambda items: handed.set())
        gathering.add(NOBODY)
        await asyncio.wait_for(handed.wait(), 10)

    asyncio.run(use())


def test_a_flush_hands_over_what_there_is_once() -> None:
    async def use(gathering: Gathering) -> None:
        gathering.add(caller())
        gathering.add(NOBODY)
        gathering.flush()
        gathering.flush()
        await turns(QUIET_TURNS + 2)

    assert batches(use) == [2]
