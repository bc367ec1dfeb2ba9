"""filestore: what happens to a folder is known by an event, and by a scan where none comes."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from authorities import authority
from callgate.trust.backends.directory_source import DirectorySource
from callgate.trust.backends.filestore import entity_files, filestore
from callgate.trust.backends.source import SourceState
from callgate.trust.backends.trust_directory import TrustDirectory
from heard import Heard
from kubelet import kubelet_volume

pytestmark = pytest.mark.anyio
ACME, GLOBEX = authority("Acme"), authority("Globex")
# Longer than any test: what is seen is seen by an event.
NEVER = 3600.0


def by_events(path: Path) -> Heard:
    return Heard(DirectorySource("filestore", TrustDirectory(path, entity_files), scan=NEVER))


async def no_events(path: Path) -> AsyncIterator[object]:
    if path.is_dir():  # what inotify says where a user has too many
        raise OSError(28, "No space left on device")
    yield path


async def silent(path: Path) -> AsyncIterator[object]:
    """A watcher that lives and tells nothing."""
    await asyncio.Event().wait()
    yield path


def by_scans(path: Path) -> Heard:
    directory = TrustDirectory(path, entity_files)
    return Heard(DirectorySource("filestore", directory, scan=0.05, watch=no_events))


def has(*names: str) -> Callable[[SourceState], bool]:
    return lambda state: set(state.entities) == set(names)


async def test_the_first_state_has_what_is_there(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    async with Heard(filestore(trust_dir)) as heard:
        assert heard.now.name == "filestore"
        assert heard.now.status == "live"
        assert heard.now.entities == {"a": (ACME.pem,)}
        assert heard.states == []


async def test_an_empty_folder_is_live(trust_dir: Path) -> None:
    async with Heard(filestore(trust_dir)) as heard:
        assert heard.now == SourceState("filestore", status="live")


@pytest.mark.parametrize("watch", [by_events, by_scans])
async def test_a_file_comes_and_goes(trust_dir: Path, watch: Callable[[Path], Heard]) -> None:
    async with watch(trust_dir) as heard:
        (trust_dir / "entities" / "a.pem").write_bytes(ACME.pem)
        await heard.until(has("a"))
        (trust_dir / "entities" / "a.pem").unlink()
        await heard.until(has())
        (trust_dir / "b.pem").write_bytes(ACME.pem)
        await heard.until(has("b"))
        (trust_dir / "b.pem").rename(trust_dir / "c.pem")
        await heard.until(has("c"))


@pytest.mark.parametrize("watch", [by_events, by_scans])
async def test_a_tombstone_is_seen(trust_dir: Path, watch: Callable[[Path], Heard]) -> None:
    async with watch(trust_dir) as heard:
        (trust_dir / "revoked").mkdir()
        (trust_dir / "revoked" / ACME.spki_sha256).touch()
        await heard.until(lambda state: state.revoked == {ACME.spki_sha256})


async def test_entities_may_be_made_later(trust_dir: Path) -> None:
    (trust_dir / "entities").rmdir()
    async with by_events(trust_dir) as heard:
        (trust_dir / "entities").mkdir()
        (trust_dir / "entities" / "a.pem").write_bytes(ACME.pem)
        await heard.until(has("a"))


async def test_a_changed_file_replaces_its_anchor(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    async with by_events(trust_dir) as heard:
        (trust_dir / "a.pem").write_bytes(GLOBEX.pem)
        await heard.until(lambda state: state.entities == {"a": (GLOBEX.pem,)})
        assert {tuple(state.entities["a"]) for state in heard.states} == {(GLOBEX.pem,)}


@pytest.mark.parametrize("watch", [by_events, by_scans])
async def test_a_swapped_volume_is_seen(trust_dir: Path, watch: Callable[[Path], Heard]) -> None:
    (trust_dir / "entities").rmdir()
    kubelet_volume(trust_dir, {"a.pem": ACME.pem, "entities/b.pem": GLOBEX.pem}, "..1")
    async with watch(trust_dir) as heard:
        assert set(heard.now.entities) == {"a", "b"}
        kubelet_volume(trust_dir, {"a.pem": GLOBEX.pem, "entities/c.pem": ACME.pem}, "..2")
        await heard.until(lambda state: state.entities == {"a": (GLOBEX.pem,), "c": (ACME.pem,)})


async def test_an_unchanged_entity_outlasts_many_swaps(trust_dir: Path) -> None:
    kubelet_volume(trust_dir, {"a.pem": ACME.pem}, "..0")
    async with by_events(trust_dir) as heard:
        for number in range(1, 30):
            files = {"a.pem": ACME.pem, f"b{number}.pem": GLOBEX.pem}
            await asyncio.to_thread(kubelet_volume, trust_dir, files, f"..{number}")
        await heard.until(has("a", "b29"))
        assert all("a" in state.entities for state in heard.states)


async def test_an_unchanged_entity_outlasts_many_renames(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)

    def write_again() -> None:
        for _ in range(300):
            (trust_dir / ".new").write_bytes(ACME.pem)
            (trust_dir / ".new").rename(trust_dir / "a.pem")

    async with by_events(trust_dir) as heard:
        await asyncio.to_thread(write_again)
        (trust_dir / "end.pem").write_bytes(GLOBEX.pem)
        await heard.until(has("a", "end"))
        assert all("a" in state.entities for state in heard.states)


WRITER = """
import sys, time
data = open(sys.argv[2], "rb").read()
with open(sys.argv[1], "wb") as file:
    file.write(data[:len(data) // 2])
    file.flush()
    print("half", flush=True)
    time.sleep(3600)
"""


async def test_a_writer_killed_in_the_middle_changes_nothing(trust_dir: Path) -> None:
    path, whole = trust_dir / "a.pem", trust_dir.parent / "whole"
    path.write_bytes(ACME.pem)
    whole.write_bytes(GLOBEX.pem)
    async with by_events(trust_dir) as heard:
        command = [sys.executable, "-c", WRITER, str(path), str(whole)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert await asyncio.to_thread(writer.stdout.readline) == b"half\n"
            await heard.until(lambda state: bool(state.problems))
            os.kill(writer.pid, signal.SIGKILL)
        assert heard.now.entities == {"a": (ACME.pem,)}
        assert "ends in the middle" in heard.now.problems[0].message
        path.write_bytes(GLOBEX.pem)
        await heard.until(lambda state: state.entities == {"a": (GLOBEX.pem,)})
        assert not heard.now.problems


async def test_a_removed_folder_fails_closed_and_comes_back(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    directory = TrustDirectory(trust_dir, entity_files)
    async with Heard(DirectorySource("filestore", directory, scan=0.1)) as heard:
        shutil.rmtree(trust_dir)
        state = await heard.becomes("unavailable")
        assert not state.entities
        assert state.detail == f"{trust_dir}: No such file or directory"
        trust_dir.mkdir()
        (trust_dir / "a.pem").write_bytes(ACME.pem)
        await heard.until(has("a"))
        assert heard.now.status == "live"
        # Events of the new folder are told as those of the old one were.
        heard.source._scan = NEVER  # type: ignore[attr-defined]
        (trust_dir / "b.pem").write_bytes(GLOBEX.pem)
        await heard.until(has("a", "b"))


async def test_a_renamed_folder_fails_closed_and_comes_back(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    directory = TrustDirectory(trust_dir, entity_files)
    async with Heard(DirectorySource("filestore", directory, scan=0.1)) as heard:
        trust_dir.rename(trust_dir.with_name("elsewhere"))
        await heard.becomes("unavailable")
        assert not heard.now.entities
        trust_dir.with_name("elsewhere").rename(trust_dir)
        await heard.until(has("a"))


async def test_a_folder_that_is_replaced_at_once_stays_live(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    directory = TrustDirectory(trust_dir, entity_files)
    async with Heard(DirectorySource("filestore", directory, scan=0.1)) as heard:
        other = trust_dir.with_name("other")
        other.mkdir()
        (other / "a.pem").write_bytes(ACME.pem)
        (other / "b.pem").write_bytes(GLOBEX.pem)
        trust_dir.rename(trust_dir.with_name("former"))
        other.rename(trust_dir)
        await heard.until(has("a", "b"))
        assert all(state.status == "live" for state in heard.states)


async def test_a_folder_may_come_after_the_start(tmp_path: Path) -> None:
    path = tmp_path / "trust"
    directory = TrustDirectory(path, entity_files)
    async with Heard(DirectorySource("filestore", directory, scan=0.1)) as heard:
        assert heard.now.status == "unavailable"
        path.mkdir()
        (path / "a.pem").write_bytes(ACME.pem)
        await heard.until(has("a"))


async def test_a_dead_watcher_is_a_problem_and_scans_go_on(trust_dir: Path) -> None:
    async with by_scans(trust_dir) as heard:
        (trust_dir / "a.pem").write_bytes(ACME.pem)
        await heard.until(has("a"))
        (problem,) = heard.now.problems
        assert problem.place == str(trust_dir)
        assert problem.message.startswith("its events cannot be watched (No space left on device)")
        assert heard.now.status == "live"


async def test_a_silent_watcher_is_made_up_for_by_scans(trust_dir: Path) -> None:
    directory = TrustDirectory(trust_dir, entity_files)
    async with Heard(DirectorySource("filestore", directory, scan=0.05, watch=silent)) as heard:
        (trust_dir / "a.pem").write_bytes(ACME.pem)
        await heard.until(has("a"))
        (trust_dir / "a.pem").unlink()
        await heard.until(has())


async def test_problems_and_outages_are_logged(
    trust_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory = TrustDirectory(trust_dir, entity_files)
    async with Heard(DirectorySource("filestore", directory, scan=0.1)) as heard:
        (trust_dir / "a.pem").write_bytes(ACME.pem + ACME.key_pem)
        await heard.until(lambda state: bool(state.problems))
        shutil.rmtree(trust_dir)
        await heard.becomes("unavailable")
    levels = {record.levelno: record.getMessage() for record in caplog.records}
    assert f"{trust_dir}/a.pem: " in levels[logging.WARNING]
    assert "nothing of it is trusted" in levels[logging.ERROR]
    assert "PRIVATE" not in caplog.text


async def test_it_stops_whatever_comes_meanwhile(trust_dir: Path) -> None:
    (trust_dir / "a.pem").write_bytes(ACME.pem)
    before = asyncio.all_tasks()
    for number in range(20):
        heard = by_events(trust_dir)
        async with heard:
            (trust_dir / f"b{number}.pem").write_bytes(b"")
            await asyncio.sleep(number / 1000)
            (trust_dir / f"b{number}.pem").unlink()
        assert heard.now.status == "unavailable"
        assert not heard.now.entities
        assert asyncio.all_tasks() == before
