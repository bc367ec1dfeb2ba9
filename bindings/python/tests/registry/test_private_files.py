"""Credentials in files: this user's alone, and gone when they are no longer needed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from callgate.registry.agent import CredentialError, Credentials, PrivateFiles
from callgate.registry.demo.certificates import Authority

MESH = Authority("mesh")
AGENT = MESH.issue("agent")
CREDENTIALS = Credentials.of_pem(AGENT.pem, AGENT.key_pem, MESH.pem, where="test")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_directory_and_files_are_this_users_alone(tmp_path: Path) -> None:
    with PrivateFiles(CREDENTIALS, base=tmp_path) as files:
        assert mode_of(files.directory) == 0o700
        assert files.ca is not None
        for path in (files.certificate, files.key, files.ca):
            assert mode_of(path) == 0o600
        assert files.certificate.read_bytes() == AGENT.pem
        assert files.ca.read_bytes() == MESH.pem


def test_the_directory_has_a_random_name(tmp_path: Path) -> None:
    with (
        PrivateFiles(CREDENTIALS, base=tmp_path) as one,
        PrivateFiles(CREDENTIALS, base=tmp_path) as other,
    ):
        assert one.directory != other.directory


def test_nothing_is_left_after_use(tmp_path: Path) -> None:
    with PrivateFiles(CREDENTIALS, base=tmp_path) as files:
        files.remove()
        files.remove()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_at_the_end_of_the_process(tmp_path: Path) -> None:
    base = tmp_path / "shm"
    base.mkdir()
    make_in_child(base, "pass")
    assert list(base.iterdir()) == []


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    base = tmp_path / "shm"
    base.mkdir()
    make_in_child(base, "import signal; os.kill(os.getpid(), signal.SIGKILL)")
    (left,) = base.iterdir()
    assert (left / "key.pem").exists()
    PrivateFiles(CREDENTIALS, base=base).remove()
    assert list(base.iterdir()) == []


def test_the_files_of_a_living_process_stay(tmp_path: Path) -> None:
    with PrivateFiles(CREDENTIALS, base=tmp_path) as files:
        PrivateFiles(CREDENTIALS, base=tmp_path).remove()
        assert files.key.exists()


def test_a_reused_process_number_protects_no_leftover(tmp_path: Path) -> None:
    # Of this process by its number, of another by the moment it started.
    left = tmp_path / f"callgate-credentials-{os.getpid()}-12-abc"
    left.mkdir()
    PrivateFiles(CREDENTIALS, base=tmp_path).remove()
    assert not left.exists()


def test_what_is_not_ours_is_not_removed(tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    link = tmp_path / "callgate-credentials-1-12-abc"
    link.symlink_to(other)
    foreign = tmp_path / "callgate-credentials-notes"
    foreign.mkdir()
    PrivateFiles(CREDENTIALS, base=tmp_path).remove()
    assert link.is_symlink()
    assert other.exists()
    assert foreign.exists()


def test_a_base_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CredentialError) as caught:
        PrivateFiles(CREDENTIALS, base=tmp_path / "none")
    assert caught.value.where == str(tmp_path / "none")


def make_in_child(base: Path, then: str) -> None:
    script = base.parent / "child.py"
    for name, text in (("c.pem", AGENT.pem), ("k.pem", AGENT.key_pem)):
        (base.parent / name).write_bytes(text)
    script.write_text(
        "import os, sys\n"
        "from pathlib import Path\n"
        "from callgate.registry.agent import Credentials, PrivateFiles\n"
        "folder = Path(sys.argv[1])\n"
        "pair = [(folder.parent / name).read_bytes() for name in ('c.pem', 'k.pem')]\n"
        "files = PrivateFiles(Credentials.of_pem(*pair, where='child'), base=folder)\n"
        f"{then}\n"
    )
    subprocess.run([sys.executable, script, base], check=False)
