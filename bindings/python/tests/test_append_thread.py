"""AppendThread: what durable_append does, in a thread that needs no GIL, one call at a time."""

from __future__ import annotations

import errno
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from callgate._native import AppendThread


@pytest.fixture
def thread() -> Iterator[AppendThread]:
    thread = AppendThread()
    yield thread
    thread.close()


def taken(thread: AppendThread) -> tuple[tuple[str, int], ...]:
    readable, _, _ = select.select([thread.fileno()], [], [], 10)
    assert readable
    return thread.take()


def test_bytes_are_appended_in_turn(thread: AppendThread, fd: int, file: Path) -> None:
    thread.submit((fd, os.fsencode(file), 0, b"one\n"), (fd, os.fsencode(file), 4, b"two\n"))
    assert taken(thread) == (("durable", 0), ("durable", 0))
    assert file.read_bytes() == b"one\ntwo\n"
    thread.submit((fd, os.fsencode(file), 8, b"three\n"))
    assert taken(thread) == (("durable", 0),)


def test_what_fails_says_so_and_what_follows_is_not_tried(
    thread: AppendThread, fd: int, file: Path
) -> None:
    thread.submit((fd, os.fsencode(file), 1, b"one\n"), (fd, os.fsencode(file), 0, b"two\n"))
    assert taken(thread) == (("changed", 0),)
    assert file.read_bytes() == b""
    reader = os.open(file, os.O_RDONLY)
    thread.submit((reader, os.fsencode(file), 0, b"one\n"))
    assert taken(thread) == (("unwritten", errno.EBADF),)
    os.close(reader)


def test_nothing_is_readable_before_it_is_done_and_after_it_was_taken(
    thread: AppendThread, fd: int, file: Path
) -> None:
    assert select.select([thread.fileno()], [], [], 0)[0] == []
    thread.submit((fd, os.fsencode(file), 0, b"one\n"))
    taken(thread)
    assert select.select([thread.fileno()], [], [], 0)[0] == []


def test_it_does_one_thing_at_a_time(thread: AppendThread, fd: int, file: Path) -> None:
    with pytest.raises(RuntimeError):
        thread.take()
    thread.submit((fd, os.fsencode(file), 0, b"one\n"))
    with pytest.raises(RuntimeError):
        thread.submit((fd, os.fsencode(file), 4, b"two\n"))
    taken(thread)
    with pytest.raises(RuntimeError):
        thread.take()
    assert file.read_bytes() == b"one\n"


def test_what_is_no_append_is_refused_and_the_thread_is_free(
    thread: AppendThread, fd: int, file: Path
) -> None:
    with pytest.raises(TypeError):
        thread.submit((fd, os.fsencode(file), 0, "text"))  # type: ignore[arg-type]
    thread.submit((fd, os.fsencode(file), 0, b"one\n"))
    assert taken(thread) == (("durable", 0),)


def test_an_append_under_way_is_finished_before_the_end(fd: int, file: Path) -> None:
    thread = AppendThread()
    thread.submit((fd, os.fsencode(file), 0, b"x" * 1_000_000))
    thread.close()
    assert file.stat().st_size == 1_000_000
    with pytest.raises(RuntimeError):
        thread.submit((fd, os.fsencode(file), 0, b"one\n"))
    thread.close()


def test_the_interpreter_goes_on_while_the_disk_writes(tmp_path: Path) -> None:
    """The write ends only when the interpreter has read what the pipe has no room for. What waits
    for the GIL there waits forever, so a process of its own does it."""
    program = (
        "import os, select, sys\n"
        "from callgate._native import AppendThread\n"
        "os.mkfifo(sys.argv[1])\n"
        "pipe = os.open(sys.argv[1], os.O_RDWR)\n"
        "thread, left = AppendThread(), 1 << 20\n"
        "thread.submit((pipe, os.fsencode(sys.argv[1]), 0, bytes(left)))\n"
        "assert not select.select([thread.fileno()], [], [], 0)[0]\n"
        "while left:\n"
        "    left -= len(os.read(pipe, left))\n"
        "select.select([thread.fileno()], [], [])\n"
        "print(*thread.take())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "pipe")],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == f"{('unsynced', errno.EINVAL)}\n"  # a pipe cannot be synced


@pytest.mark.parametrize("before", ["pass", "thread.close()"])
@pytest.mark.parametrize("child", ["pass", "thread.close()", "del thread"])
def test_a_fork_ends_without_its_parents_thread(before: str, child: str) -> None:
    program = (
        "import os, sys, time\n"
        "from callgate._native import AppendThread\n"
        "thread = AppendThread()\n"
        "time.sleep(0.05)  # so that the thread waits\n"
        f"{before}\n"
        "if os.fork() == 0:\n"
        f"    {child}\n"
        "    sys.exit(0)\n"
        "print(os.waitstatus_to_exitcode(os.wait()[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "0\n"


def test_a_thread_that_cannot_be_had_is_an_oserror_and_signals_still_arrive() -> None:
    program = (
        "import resource, signal\n"
        "from callgate._native import AppendThread\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))\n"
        "try:\n"
        "    AppendThread()\n"
        "except OSError as error:\n"
        "    print(error.strerror, signal.pthread_sigmask(signal.SIG_BLOCK, []))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "Too many open files set()\n"
