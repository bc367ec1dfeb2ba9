"""Files of a folder are read: no link leads out of it, and no other user may write to it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from callgate.trust.backends.folder import LARGEST, FileFault, Folder
from kubelet import kubelet_volume

OTHER_USER = 65534
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def read(directory: Path, name: str, inside: str = "") -> bytes:
    with Folder(directory) as folder:
        return folder.read(name, inside).data


def fault(directory: Path, name: str, inside: str = "") -> str:
    with pytest.raises(FileFault) as raised:
        read(directory, name, inside)
    return raised.value.message


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(b"text")
    assert read(tmp_path, "a.pem") == b"text"


def test_a_file_of_a_kubernetes_volume_is_read(tmp_path: Path) -> None:
    kubelet_volume(tmp_path, {"a.pem": b"text"})
    assert read(tmp_path, "a.pem") == b"text"


def test_a_folder_of_a_kubernetes_volume_is_read(tmp_path: Path) -> None:
    kubelet_volume(tmp_path, {"entities/a.pem": b"text"})
    assert read(tmp_path, "a.pem", "entities") == b"text"
    with Folder(tmp_path) as folder:
        assert folder.names("entities") == ["a.pem"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.pem").write_bytes(b"text")
    (tmp_path / "link").symlink_to("real")
    assert read(tmp_path / "link", "a.pem") == b"text"


@pytest.mark.parametrize("target", ["../secret", "entities/../../secret", "/etc/passwd"])
def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "secret").write_bytes(b"text")
    (tmp_path / "trust" / "entities").mkdir(parents=True)
    (tmp_path / "trust" / "a.pem").symlink_to(target)
    assert "leads out of the folder" in fault(tmp_path / "trust", "a.pem")


def test_an_absolute_link_into_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"text")
    (tmp_path / "a.pem").symlink_to(tmp_path / "b")
    assert "leads out of the folder" in fault(tmp_path, "a.pem")


def test_a_folder_that_is_a_link_outward_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "entities").symlink_to("../outside")
    assert "leads out of the folder" in fault(tmp_path / "trust", "a.pem", "entities")


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pem").symlink_to("b.pem")
    (tmp_path / "b.pem").symlink_to("a.pem")
    assert "in a circle" in fault(tmp_path, "a.pem")


def test_a_fifo_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.pem")
    assert fault(tmp_path, "a.pem") == "it is not a regular file"


def test_a_link_to_a_fifo_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "a.pem").symlink_to("fifo")
    assert fault(tmp_path, "a.pem") == "it is not a regular file"


def test_a_socket_is_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "a.pem"))
        assert fault(tmp_path, "a.pem") == "it is not a regular file"


@AS_ROOT
def test_a_device_is_refused(tmp_path: Path) -> None:
    try:
        os.mknod(tmp_path / "a.pem", 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("this container makes no devices")
    assert fault(tmp_path, "a.pem") == "it is not a regular file"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.pem").mkdir()
    assert fault(tmp_path, "a.pem") == "it is not a regular file"


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(b"x" * LARGEST)
    assert len(read(tmp_path, "a.pem")) == LARGEST


def test_a_larger_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.pem").open("wb") as file:
        file.truncate(100 << 20)
    assert fault(tmp_path, "a.pem") == f"it is larger than {LARGEST} bytes"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "a.pem").touch()
    (tmp_path / "a.pem").chmod(mode)
    assert fault(tmp_path, "a.pem") == "others than its owner may write to it: chmod go-w"


@pytest.mark.parametrize("mode", [0o600, 0o444, 0o644])
def test_a_file_that_others_may_only_read_is_read(tmp_path: Path, mode: int) -> None:
    (tmp_path / "a.pem").touch()
    (tmp_path / "a.pem").chmod(mode)
    assert read(tmp_path, "a.pem") == b""


@pytest.mark.parametrize("inside", ["", "entities"])
def test_a_folder_that_others_may_write_is_refused(tmp_path: Path, inside: str) -> None:
    (tmp_path / "entities").mkdir()
    (tmp_path / inside).chmod(0o777)
    assert "others than its owner may write to" in fault(tmp_path, "a.pem", inside)


def test_a_sticky_folder_as_kubelet_makes_it_is_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    (tmp_path / "a.pem").write_bytes(b"text")
    assert read(tmp_path, "a.pem") == b"text"


@AS_ROOT
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    (tmp_path / "a.pem").touch()
    os.chown(tmp_path / "a.pem", OTHER_USER, OTHER_USER)
    assert f"it belongs to user {OTHER_USER}" in fault(tmp_path, "a.pem")


@AS_ROOT
def test_a_link_of_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b").touch()
    (tmp_path / "a.pem").symlink_to("b")
    os.chown(tmp_path / "a.pem", OTHER_USER, OTHER_USER, follow_symlinks=False)
    assert f"the link belongs to user {OTHER_USER}" in fault(tmp_path, "a.pem")


@AS_ROOT
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "entities").mkdir()
    os.chown(tmp_path / "entities", OTHER_USER, OTHER_USER)
    assert f"its folder belongs to user {OTHER_USER}" in fault(tmp_path, "a.pem", "entities")


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    kubelet_volume(tmp_path, {"entities/a.pem": b"text"})
    (tmp_path / "out.pem").symlink_to("../x")
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(3):
        read(tmp_path, "a.pem", "entities")
        read(tmp_path, "entities/a.pem")
        fault(tmp_path, "out.pem")
        with pytest.raises(FileNotFoundError):
            read(tmp_path, "b.pem", "missing")
    assert len(list(Path("/dev/fd").iterdir())) == before
