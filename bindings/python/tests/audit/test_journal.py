"""Journal: whole batches or none, in order, and a start that stops at anything else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from callgate import SecretKey
from callgate.audit import AuditInUse, JournalDamaged
from callgate.audit.chain import ORIGIN
from callgate.audit.head import Head, sign_head
from callgate.audit.journal import Journal, effects_record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def head(sequence: int) -> Head:
    return sign_head(SecretKey.generate(), "log", sequence, ORIGIN, "2026-02-17T14:32:01.000Z")


def test_what_was_appended_is_restored_in_order(path: Path) -> None:
    last = head(2)
    with Journal(path) as journal:
        assert journal.restored.head is None
        journal.compact(b"state", [b'{"kind":"a"}'], head(0))
        journal.append([b'{"kind":"effects","effects":"AQ=="}', b'{"kind":"b"}'], head(1))
        journal.append([b'{"kind":"effects","effects":"Ag=="}'], last)
    with Journal(path) as journal:
        restored = journal.restored
    assert restored.engine_state == b"state"
    assert restored.effects == (b"\x01", b"\x02")
    assert restored.records == ({"kind": "a"}, {"kind": "b"})
    assert restored.head == last


def test_a_snapshot_replaces_all_before_it(path: Path) -> None:
    with Journal(path) as journal:
        journal.append([b'{"kind":"old"}'], head(1))
        journal.compact(b"new", [b'{"kind":"new"}'], head(2))
        assert journal.grown == 0
    with Journal(path) as journal:
        assert journal.restored.engine_state == b"new"
        assert journal.restored.records == ({"kind": "new"},)


def test_cut_at_any_byte_it_holds_whole_batches_only(path: Path) -> None:
    ends = []
    with Journal(path) as journal:
        for number in range(3):
            journal.append([b'{"kind":"a","n":%d}' % number, b'{"kind":"b"}'], head(number))
            ends.append(path.stat().st_size)
    data = path.read_bytes()
    edges = {end + more for end in ends for more in (-1, 0, 1)} - {len(data) + 1}
    for length in edges | set(range(0, len(data), 7)):
        path.write_bytes(data[:length])
        with Journal(path) as journal:
            whole = sum(1 for end in ends if end <= length)
            assert len(journal.restored.records) == 2 * whole
        assert path.read_bytes() == data[: max((end for end in ends if end <= length), default=0)]


def test_it_goes_on_after_a_batch_that_was_cut(path: Path) -> None:
    with Journal(path) as journal:
        journal.append([b'{"kind":"a"}'], head(1))
        journal.append([b'{"kind":"b"}'], head(2))
    path.write_bytes(path.read_bytes()[:-5])
    with Journal(path) as journal:
        journal.append([b'{"kind":"c"}'], head(3))
    with Journal(path) as journal:
        assert journal.restored.records == ({"kind": "a"}, {"kind": "c"})


def test_a_changed_byte_before_the_last_line_stops_the_start(path: Path) -> None:
    with Journal(path) as journal:
        journal.append([b'{"kind":"a"}'], head(1))
    data = path.read_bytes()
    for position in range(len(data) - 1):
        path.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        with pytest.raises(JournalDamaged) as damaged:
            Journal(path)
        assert str(damaged.value).startswith(f"{path}:1")
    path.write_bytes(data)
    Journal(path).close()


def test_a_compaction_that_died_leaves_the_old_journal(path: Path) -> None:
    with Journal(path) as journal:
        journal.append([b'{"kind":"a"}'], head(1))
    path.with_name("journal.new").write_bytes(b'{"sha256":"')
    with Journal(path) as journal:
        assert journal.restored.records == ({"kind": "a"},)
    assert not path.with_name("journal.new").exists()


def test_it_is_a_secret_of_one_process(path: Path) -> None:
    with Journal(path) as journal:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        journal.compact(b"", [], None)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(AuditInUse):
            Journal(path)
    Journal(path).close()


def test_records_of_effects_hold_bytes_in_base64() -> None:
    assert effects_record(b"\x00\xff") == {"kind": "effects", "effects": "AP8="}
