"""read_file: what must not be read is not, and says why with the name of the file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from callgate import CallgateError
from callgate._file_reader import OF_GROUP, PRIVATE, read_file


def refused(path: Path, *, most: int = 10, barred: int = 0) -> str:
    with pytest.raises(CallgateError) as caught:
        read_file(path, most=most, barred=barred)
    assert caught.value.where == str(path)
    return caught.value.message


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_bytes(b"0123456789")
    path.chmod(0o600)
    return path


def test_a_regular_file_is_read_to_its_bound(file: Path) -> None:
    assert read_file(file, most=10, barred=PRIVATE) == b"0123456789"
    assert refused(file, most=9) == "is larger than 9 bytes"


@pytest.mark.parametrize(
    ("mode", "private", "of_group"),
    [(0o400, True, True), (0o640, False, True), (0o660, False, False), (0o604, False, False)],
)
def test_the_mode_says_who_else_may_use_it(
    file: Path, mode: int, private: bool, of_group: bool
) -> None:
    file.chmod(mode)
    for barred, taken in ((PRIVATE, private), (OF_GROUP, of_group), (0, True)):
        if taken:
            assert read_file(file, most=10, barred=barred)
        else:
            assert "chmod 600" in refused(file, barred=barred)


def test_a_link_is_what_it_leads_to(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    assert read_file(link, most=10, barred=PRIVATE)
    file.chmod(0o644)
    assert "chmod 600" in refused(link, barred=PRIVATE)


def test_a_pipe_a_folder_and_nothing_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == "is no regular file"
    assert refused(tmp_path) == "is no regular file"
    assert refused(tmp_path / "nothing") == "No such file or directory"


def test_a_file_of_another_user_is_refused(file: Path) -> None:
    with pytest.raises(CallgateError, match="belongs to another user"):
        read_file(file, most=10, owners=[os.geteuid() + 1])
    assert read_file(file, most=10, owners=[os.geteuid()])
