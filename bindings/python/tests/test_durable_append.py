"""durable_append: what is there afterwards is what was there, and the bytes, or the state says."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from callgate._native import durable_append

BEGIN = b"begin\n"


@pytest.fixture
def file(file: Path) -> Path:
    file.write_bytes(BEGIN)
    return file


def append(fd: int, path: Path, size: int, data: bytes = b"more\n") -> tuple[str, int]:
    (result,) = durable_append((fd, os.fsencode(path), size, data))
    return result


def test_bytes_are_appended(fd: int, file: Path) -> None:
    assert append(fd, file, len(BEGIN)) == ("durable", 0)
    assert append(fd, file, len(BEGIN) + 5, b"") == ("durable", 0)
    assert file.read_bytes() == BEGIN + b"more\n"


def test_a_file_of_another_length_is_left_alone(fd: int, file: Path) -> None:
    assert append(fd, file, len(BEGIN) - 1) == ("changed", 0)
    assert append(fd, file, len(BEGIN) + 1) == ("changed", 0)
    assert file.read_bytes() == BEGIN


def test_a_file_that_is_not_at_its_place_is_left_alone(fd: int, file: Path) -> None:
    moved = file.rename(file.with_name("moved"))
    assert append(fd, file, len(BEGIN)) == ("changed", 0)
    file.write_bytes(BEGIN)
    assert append(fd, file, len(BEGIN)) == ("changed", 0)
    file.unlink()
    file.symlink_to(moved)
    assert append(fd, file, len(BEGIN)) == ("changed", 0)
    assert moved.read_bytes() == BEGIN


def test_a_descriptor_that_cannot_be_written_is_an_error(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    assert append(descriptor, file, len(BEGIN)) == ("unwritten", errno.EBADF)
    os.close(descriptor)
    assert append(descriptor, file, len(BEGIN)) == ("changed", 0)


def test_of_a_file_that_may_not_grow_a_part_may_be_written(fd: int, file: Path) -> None:
    program = (
        "import os, resource, signal, sys\n"
        "from callgate._native import durable_append\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))\n"
        "fd = os.open(sys.argv[1], os.O_RDWR | os.O_APPEND)\n"
        "print(*durable_append((fd, os.fsencode(sys.argv[1]), 6, b'more')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{('unwritten', errno.EFBIG)}\n"
    assert file.read_bytes() == BEGIN + b"mo"


@pytest.mark.parametrize("path, data", [("text", b""), (b"path", "text")])
def test_texts_are_no_bytes(fd: int, path: bytes, data: bytes) -> None:
    with pytest.raises(TypeError):
        durable_append((fd, path, len(BEGIN), data))


def test_files_are_appended_to_in_turn(fd: int, file: Path) -> None:
    one = (fd, os.fsencode(file), len(BEGIN), b"one\n")
    two = (fd, os.fsencode(file), len(BEGIN) + 4, b"two\n")
    assert durable_append(one, two) == (("durable", 0), ("durable", 0))
    assert file.read_bytes() == BEGIN + b"one\ntwo\n"
    assert durable_append() == ()


def test_nothing_is_appended_after_what_failed(fd: int, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    descriptor = os.open(other, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    wrong = (fd, os.fsencode(file), len(BEGIN) + 1, b"one\n")
    second = (descriptor, os.fsencode(other), 0, b"two\n")
    assert durable_append(wrong, second) == (("changed", 0),)
    assert other.read_bytes() == b""
    assert durable_append(second, wrong, second) == (("durable", 0), ("changed", 0))
    assert other.read_bytes() == b"two\n"
    os.close(descriptor)


@pytest.mark.parametrize("wrong", [(), (1, b"path", 0), (1, b"path", 0, b"", b""), "text", None])
def test_an_append_has_four_members(wrong: Any) -> None:
    with pytest.raises(TypeError):
        durable_append(wrong)
