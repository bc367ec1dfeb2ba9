"""Reserve: what was ended on a full disk, in room that was taken before."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from callgate.audit import AuditError, JournalDamaged
from callgate.audit.entry import Entry
from callgate.audit.reserve import RESERVE_BYTES, RESERVE_FULL, Reserve
from small_disks import fill_up


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.reserve"


def ending(session: str, reason: str = "a test") -> Entry:
    fields = b'{"event":"SessionRevoked","reason":"%b","session":"%b"}'
    text = fields % (reason.encode(), session.encode())
    return Entry("event", text, "2026-02-17T14:32:01.583Z")


def reread(path: Path) -> tuple[Entry, ...]:
    reserve = Reserve(path)
    reserve.close()
    return reserve.entries


def test_what_was_added_is_there_for_the_next_start(path: Path) -> None:
    reserve = Reserve(path)
    assert reserve.entries == ()
    assert reserve.add([ending("a"), ending("b")])
    assert reserve.add([ending("c")])
    reserve.close()
    assert reread(path) == (ending("a"), ending("b"), ending("c"))
    assert path.stat().st_size == RESERVE_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_cleared_is_gone_and_its_room_is_not(path: Path) -> None:
    reserve = Reserve(path)
    reserve.add([ending("a")])
    reserve.clear()
    assert reserve.add([ending("b")])
    reserve.close()
    assert reread(path) == (ending("b"),)
    assert path.stat().st_size == RESERVE_BYTES


def test_a_full_disk_takes_what_is_added(small_disk: Path) -> None:
    reserve = Reserve(small_disk / "journal.reserve")
    fill_up(small_disk)
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "other").write_bytes(b"x")
    assert reserve.add([ending("a")])
    reserve.close()
    assert reread(small_disk / "journal.reserve") == (ending("a"),)


def test_no_room_for_the_reserve_stops_the_start(small_disk: Path) -> None:
    ballast = fill_up(small_disk)
    with pytest.raises(OSError, match="No space left"):
        Reserve(small_disk / "journal.reserve")
    ballast.unlink()
    assert reread(small_disk / "journal.reserve") == ()


def test_more_than_fits_says_so_and_keeps_what_fits(path: Path) -> None:
    reserve = Reserve(path)
    endings = [ending(str(number), "x" * 2000) for number in range(40)]
    assert reserve.add(endings[:1])
    assert not reserve.add(endings[1:])
    assert not reserve.add([ending("late")])
    reserve.close()
    *kept, last = reread(path)
    assert kept == endings[: len(kept)]
    assert len(kept) > 25
    assert last.kind == RESERVE_FULL
    assert path.stat().st_size == RESERVE_BYTES


def test_any_changed_byte_stops_the_start(path: Path) -> None:
    reserve = Reserve(path)
    reserve.add([ending("a"), ending("b")])
    reserve.close()
    good = path.read_bytes()
    used = len(good.rstrip(b"\0"))
    for at in (*range(used), used + 100, RESERVE_BYTES - 1):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        with pytest.raises(JournalDamaged):
            Reserve(path)
    for wrong in (good[:-1], good + b"\0", good + b"x", good[: used - 1]):
        path.write_bytes(wrong)
        with pytest.raises(JournalDamaged):
            Reserve(path)
    path.write_bytes(good)
    assert reread(path) == (ending("a"), ending("b"))


def test_a_line_that_a_crash_cut_was_not_answered(path: Path) -> None:
    reserve = Reserve(path)
    reserve.add([ending("a")])
    first = len(path.read_bytes().rstrip(b"\0"))
    reserve.add([ending("b")])
    reserve.close()
    good = path.read_bytes()
    used = len(good.rstrip(b"\0"))
    for cut in range(first, used):
        path.write_bytes(good[:cut] + bytes(RESERVE_BYTES - cut))
        reserve = Reserve(path)
        assert reserve.entries == (ending("a"),)
        assert reserve.add([ending("c")])
        reserve.close()
        assert reread(path) == (ending("a"), ending("c"))


def test_making_it_may_be_cut_short(path: Path) -> None:
    for size in (0, 1, 4096, RESERVE_BYTES - 1):
        path.write_bytes(bytes(size))
        assert reread(path) == ()
        assert path.stat().st_size == RESERVE_BYTES


def test_after_a_failed_write_it_takes_nothing_until_cleared(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    reserve = Reserve(path)
    with monkeypatch.context() as patch:
        patch.setattr("os.fdatasync", failing)
        with pytest.raises(OSError, match="Input/output"):
            reserve.add([ending("a")])
    with pytest.raises(OSError, match="not known"):
        reserve.add([ending("b")])
    reserve.clear()
    assert reserve.add([ending("c")])
    reserve.close()
    assert reread(path) == (ending("c"),)


def test_it_is_a_file_of_its_own(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        Reserve(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(AuditError, match="regular"):
        Reserve(path)
