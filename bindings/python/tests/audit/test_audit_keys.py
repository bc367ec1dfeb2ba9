"""The key that signs changes only by the word of the one before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from callgate import SecretKey
from callgate.audit import AuditKeyChanged, AuditUnavailable, Sealing
from callgate.audit.chain_writer import ChainWriter
from callgate.audit.log import AuditLog
from trails import Place, call, calls, defect


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_another_key_alone_is_refused(place: Place) -> None:
    place.run(calls(1))
    with pytest.raises(AuditKeyChanged):
        place.run(calls(1), key=SecretKey.generate())


def test_with_the_previous_key_it_takes_over(place: Place) -> None:
    place.run(calls(1))
    new = SecretKey.generate()
    place.run(calls(1), key=new, previous_key=place.key)
    place.run(calls(1), key=new, previous_key=place.key)
    assert len(place.lines("key")) == 1
    assert place.verify(place.head()).status == "whole"


def test_a_running_log_rotates_its_key(place: Place) -> None:
    new = SecretKey.generate()

    async def use(audit: AuditLog) -> None:
        await audit.rotate_key(new)
        assert audit.head().key == new.public_key.thumbprint

    place.run(use)
    place.run(calls(1), key=new)
    assert place.verify(place.head()).status == "whole"


@pytest.mark.parametrize("lines", [1, 2, 3, 1000])
@pytest.mark.parametrize("size", [1, 2000, 3000, 1 << 20])
def test_whatever_is_due_comes_before_the_old_keys_last_line(
    place: Place, lines: int, size: int
) -> None:
    sealing = Sealing(checkpoint_lines=lines, rotate_bytes=size)
    second, third = SecretKey.generate(), SecretKey.generate()

    async def use(audit: AuditLog) -> None:
        await calls(3)(audit)
        await audit.rotate_key(second)
        await calls(1)(audit)

    place.run(use, sealing=sealing)
    place.run(calls(1), key=third, previous_key=second, sealing=sealing)
    assert len(place.lines("key")) == 2
    assert place.verify(place.head()).status == "whole"


def test_a_file_whose_time_is_over_is_left_before_the_key_changes(place: Place) -> None:
    async def use(audit: AuditLog) -> None:
        await audit.record(call())
        await asyncio.sleep(0.05)
        await audit.rotate_key(SecretKey.generate())

    place.run(use, sealing=Sealing(rotate_seconds=0.01))
    assert place.verify(place.head()).status == "whole"


def test_keys_change_one_after_the_other(place: Place) -> None:
    second, third = SecretKey.generate(), SecretKey.generate()

    async def use(audit: AuditLog) -> None:
        await asyncio.gather(audit.rotate_key(second), audit.rotate_key(third))
        assert audit.head().key == third.public_key.thumbprint

    place.run(use)
    assert len(place.lines("key")) == 2
    assert place.verify(place.head()).status == "whole"


def test_a_key_that_cannot_change_is_told_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(audit: AuditLog) -> None:
        monkeypatch.setattr(ChainWriter, "prepare", defect)
        with pytest.raises(AuditUnavailable):
            await asyncio.wait_for(audit.rotate_key(SecretKey.generate()), 10)

    place.run(use)
