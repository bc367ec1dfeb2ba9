"""Appender: an event loop waits for the disk; of what nobody waited for, nothing is known."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from callgate.audit.appender import Appender
from callgate.audit.durable_file import DurableFile


def test_both_files_are_durable_when_it_returns(tmp_path: Path) -> None:
    async def use() -> None:
        appender = Appender(asyncio.get_running_loop())
        one, two = DurableFile(tmp_path / "one"), DurableFile(tmp_path / "two")
        for _ in range(3):
            assert await appender.append_in_order((one, b"1\n"), (two, b"22\n")) == (2, None)
        appender.close()
        assert (one.size, two.size) == (6, 9)
        assert one.read() == b"1\n" * 3

    asyncio.run(use())


def test_a_broken_file_stops_those_behind_it(tmp_path: Path) -> None:
    async def use() -> None:
        appender = Appender(asyncio.get_running_loop())
        one, two = DurableFile(tmp_path / "one"), DurableFile(tmp_path / "two")
        one.broken = True
        count, error = await appender.append_in_order((one, b"1\n"), (two, b"2\n"))
        assert count == 0
        assert error is not None
        assert two.size == 0
        appender.close()

    asyncio.run(use())


def test_files_whose_append_nobody_waited_for_are_broken(tmp_path: Path) -> None:
    async def use() -> None:
        appender = Appender(asyncio.get_running_loop())
        file = DurableFile(tmp_path / "file")
        waiting = asyncio.create_task(appender.append_in_order((file, b"1\n")))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert file.broken
        appender.close()

    asyncio.run(use())
