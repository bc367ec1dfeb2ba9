"""A full disk stops calls, not records: nothing that was written is lost, and calls go on after."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from callgate._native import AppendThread, durable_append
from callgate.audit import AuditUnavailable
from callgate.audit.durable_file import Appended
from callgate.audit.log import AuditLog
from small_disks import SIZE
from trails import Place, call, calls


async def fill(audit: AuditLog) -> int:
    """Calls until the disk is full; how many went out."""
    for count in range(100_000):
        try:
            receipt = await audit.record(call(reason="x" * 1000), state=[{"kind": "x"}])
        except AuditUnavailable as refused:
            assert refused.code_name == "AUDIT_UNAVAILABLE"
            return count
        audit.outcome(receipt, result=b"{}")
    raise AssertionError


async def recovered(audit: AuditLog) -> None:
    async def until() -> None:
        while audit.failure is not None:
            await asyncio.sleep(0.05)

    await asyncio.wait_for(until(), 30)


@pytest.mark.parametrize("full", ["audit", "journal"])
def test_calls_stop_and_go_on(small_disk: Path, tmp_path: Path, full: str) -> None:
    place = Place(tmp_path)
    if full == "audit":
        (tmp_path / "audit").symlink_to(small_disk)
    else:
        (small_disk / "journal").touch()
        place = Place(small_disk)
        (small_disk / "audit").symlink_to(tmp_path / "kept", target_is_directory=True)
        (tmp_path / "kept").mkdir()
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(SIZE // 2))

    async def use(audit: AuditLog) -> None:
        before = await fill(audit)
        assert before > 10
        written = len(place.lines("event"))
        assert written >= before
        for _ in range(3):  # refused at once, whatever is asked
            with pytest.raises(AuditUnavailable):
                await audit.record(call())
        note = audit.note("reload", {"while": "full"})
        with pytest.raises(AuditUnavailable):
            await note
        ballast.unlink()
        await recovered(audit)
        await audit.record(call())
        assert len(place.lines("event")) == written + 1

    place.run(use)
    (line,) = place.lines("recovered")
    assert line["fields"]["failure"] == "No space left on device"
    # What was told while it was full was kept.
    assert [note["fields"] for note in place.lines("reload")] == [{"while": "full"}]
    place.run(calls(0))
    closed = {outcome["fields"]["event"] for outcome in place.lines("outcome")}
    assert closed == {event["seq"] for event in place.lines("event")}
    assert place.verify(place.head()).status == "whole"


def test_state_that_the_journal_missed_is_there_after_recovery(small_disk: Path) -> None:
    """The revocation was refused an answer, but it holds, and so it does after a restart."""
    place = Place(small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(SIZE // 2))

    async def use(audit: AuditLog) -> None:
        await fill(audit)
        revoked = {"kind": "revoked", "session": "a"}
        place.state.append(revoked)
        with pytest.raises(AuditUnavailable):
            await audit.record(call(name="SessionRevoked", payload=None), state=[revoked])
        ballast.unlink()
        await recovered(audit)

    place.run(use)
    assert {"kind": "revoked", "session": "a"} in place.restored().records
    events = [line["fields"]["event"] for line in place.lines("event")]
    assert events.count("SessionRevoked") == 1
    assert place.verify(place.head()).status == "whole"


def test_a_process_that_ends_while_the_disk_is_full_loses_nothing_written(small_disk: Path) -> None:
    place = Place(small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(SIZE // 2))
    before: list[int] = []

    async def use(audit: AuditLog) -> None:
        await fill(audit)
        before.append(len(place.lines()))

    place.run(use)
    ballast.unlink()
    assert len(place.lines()) >= before[0]
    place.run(calls(1))
    assert place.verify(place.head()).status == "whole"


LIMITED = """
import asyncio, resource, signal, sys
from pathlib import Path
from callgate import SecretKey
from trails import Place
from test_disk_full import fill

place = Place(Path(sys.argv[1]), SecretKey.from_pem(sys.stdin.read()))
place.restored()  # the reserve is there already
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))

async def use(audit):
    print(await fill(audit), audit.failure, flush=True)

place.run(use)
"""


def test_a_write_that_stops_in_the_middle_of_a_line_is_cut_off_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)],
        input=place.key.to_pem(),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        timeout=120,
        check=True,
    )
    assert "File too large" in done.stdout
    for file in place.files():
        assert file.read_bytes().endswith(b"\n")
        assert file.stat().st_size < 40_000
    place.run(calls(1))
    assert not list(place.trail.glob("*.torn-*"))
    assert place.verify(place.head()).status == "whole"


@contextlib.contextmanager
def failing_sync(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """EIO of fdatasync, whoever asks the engine: no file system here can be made to give it."""
    take = AppendThread.take

    def unsynced(results: Sequence[Appended]) -> Sequence[Appended]:
        return [("unsynced", errno.EIO) for _ in results[:1]]  # the first stops the others

    with monkeypatch.context() as patch:
        patch.setattr(AppendThread, "take", lambda thread: unsynced(take(thread)))
        patch.setattr(
            "callgate.audit.durable_file.durable_append",
            lambda *appends: unsynced(durable_append(*appends)),
        )
        yield


def test_after_a_failed_sync_only_a_new_start_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    monkeypatch.setattr("callgate.audit.writer.RETRY", 0.001)

    async def use(audit: AuditLog) -> None:
        await audit.record(call())
        with failing_sync(monkeypatch), pytest.raises(AuditUnavailable):
            await audit.record(call())
        for _ in range(50):
            with pytest.raises(AuditUnavailable):
                await audit.record(call())
            await asyncio.sleep(0.001)
        assert audit.failure == "Input/output error"

    place.run(use)
    place.run(calls(1))
    assert place.verify(place.head()).status == "whole"


def test_without_a_snapshot_a_failure_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)

    async def use(audit: AuditLog) -> None:
        with failing_sync(monkeypatch), pytest.raises(AuditUnavailable):
            await audit.record(call())
        with pytest.raises(AuditUnavailable):
            await audit.record(call())

    place.run(use, snapshot=None)
