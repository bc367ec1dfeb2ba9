"""Whatever happens to the writer, nobody waits for it, and nothing is allowed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from callgate.audit import AuditUnavailable
from callgate.audit.chain_writer import ChainWriter
from callgate.audit.log import AuditLog
from trails import Place, call, calls, defect


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


async def refused(audit: AuditLog, callers: int) -> None:
    answers = await asyncio.wait_for(
        asyncio.gather(*(audit.record(call()) for _ in range(callers)), return_exceptions=True), 10
    )
    assert [type(answer) for answer in answers] == [AuditUnavailable] * callers


def test_a_defect_refuses_all_that_wait_and_all_that_come(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(audit: AuditLog) -> None:
        monkeypatch.setattr(ChainWriter, "prepare", defect)
        await refused(audit, 3)
        assert audit.failure == "a defect: ZeroDivisionError"
        await refused(audit, 1)

    place.run(use)


def test_a_writer_that_ended_refuses_all_that_wait_and_all_that_come(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        waiting = asyncio.create_task(refused(audit, 3))
        await asyncio.sleep(0)
        (writer,) = [one for one in asyncio.all_tasks() if "Writer._run" in repr(one)]
        writer.cancel()
        await asyncio.wait_for(waiting, 10)
        assert audit.failure is not None
        await refused(audit, 1)

    place.run(use)
    place.run(calls(1))
    assert place.verify(place.head()).status == "whole"


def test_a_place_for_the_head_that_is_none_stops_nothing(place: Place) -> None:
    place.run(calls(1), head_copy=Path("/"))
    assert place.verify(place.head()).status == "whole"


def test_who_is_cancelled_while_it_closes_the_log_waits_for_the_last_line(place: Place) -> None:
    recorded: list[asyncio.Task[object]] = []

    async def use(full: asyncio.Event) -> None:
        async with place.open() as audit:
            recorded.extend(asyncio.create_task(audit.record(call())) for _ in range(200))
            await asyncio.sleep(0)
            full.set()

    async def cancelled() -> None:
        full = asyncio.Event()
        closing = asyncio.create_task(use(full))
        await full.wait()
        while not closing.done():
            closing.cancel()
            await asyncio.sleep(0)
        assert closing.cancelled()
        assert len(await asyncio.gather(*recorded)) == 200

    asyncio.run(cancelled())
    place.run(calls(1))  # the folder is free
    assert place.verify(place.head()).status == "whole"
