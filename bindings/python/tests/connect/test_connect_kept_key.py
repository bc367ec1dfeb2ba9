"""Where `connect` keeps the key of a workload, and what it does where it cannot."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from callgate import CallgateError, SecretKey
from callgate.connect.kept_key import kept_key_file
from connect_process import command, exchange

PLACE = ("https://gateway.example", "exec-1", "project")


def kept(state: Path, *place: str) -> Path:
    path = kept_key_file({"XDG_STATE_HOME": str(state)}, *(place or PLACE))
    assert path is not None
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = kept(tmp_path)
    assert path.parent == tmp_path / "callgate" / "connect"
    assert (mode(path.parent), mode(path)) == (0o700, 0o600)
    text = path.read_text()
    SecretKey.from_pem(text).close()
    assert kept(tmp_path) == path and path.read_text() == text
    assert list(path.parent.iterdir()) == [path], "nothing of the making is left"


def test_each_gateway_workload_and_scope_has_its_own(tmp_path: Path) -> None:
    places = [
        PLACE,
        ("https://other.example", *PLACE[1:]),
        (PLACE[0], "exec-2", PLACE[2]),
        (*PLACE[:2], "research-safe"),
        (PLACE[0], "exec-1/project", ""),
    ]
    paths = [kept(tmp_path, *place) for place in places]
    assert len({path.read_text() for path in paths}) == len(paths)
    assert kept(tmp_path, PLACE[0] + "/", *PLACE[1:]) == paths[0]


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from callgate.connect.kept_key import kept_key_file as kept;"
        "print(kept({'XDG_STATE_HOME': sys.argv[1]}, *sys.argv[2:]).read_text())"
    )
    start = [sys.executable, "-c", program, str(tmp_path), *PLACE]

    def key(_: int) -> str:
        return subprocess.run(start, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(6) as pool:
        keys = set(pool.map(key, range(6)))
    assert len(keys) == 1 and "PRIVATE KEY" in keys.pop()


@pytest.mark.parametrize("state", ["", "relative/state"])
def test_what_is_no_absolute_path_means_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = kept_key_file({"XDG_STATE_HOME": state}, *PLACE)
    assert path is not None
    assert path.is_relative_to(tmp_path / ".local" / "state" / "callgate" / "connect")


@pytest.mark.parametrize("name", ["callgate/connect", "callgate"])
@pytest.mark.parametrize("opened", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_change_is_refused(tmp_path: Path, opened: int, name: str) -> None:
    kept(tmp_path)
    folder = tmp_path / name
    folder.chmod(opened)
    with pytest.raises(CallgateError, match="chmod 700") as refused:
        kept(tmp_path)
    assert refused.value.where == str(folder)
    folder.chmod(0o755)
    kept(tmp_path)


def test_its_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = kept(tmp_path)
    finally:
        os.umask(before)
    assert mode(path.parent) == mode(path.parent.parent) == 0o700


def test_a_state_folder_that_all_share_is_none_of_its_own(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    kept(tmp_path)


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(CallgateError, match="another user"):
        kept(tmp_path)


def test_where_nothing_can_be_written_no_key_is_kept_and_the_log_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "callgate").write_text("no folder")
    with caplog.at_level(logging.WARNING):
        assert kept_key_file({"XDG_STATE_HOME": str(tmp_path)}, *PLACE) is None
    (line,) = caplog.messages
    assert line == "callgate connect: its key lasts as long as the process: Not a directory"


@pytest.mark.parametrize(
    ("text", "opened", "message"),
    [("what-no-log-may-hold", 0o600, "no Ed25519 secret key"), (None, 0o640, "chmod 600")],
)
def test_a_kept_key_that_is_none_or_open_to_others_ends_the_start(
    kept_keys: Path, text: str | None, opened: int, message: str
) -> None:
    url = "http://127.0.0.1:9"
    assert exchange(command(url), []).returncode == 0
    (path,) = kept_keys.iterdir()
    if text is not None:
        path.write_text(text)
    path.chmod(opened)
    done = exchange(command(url), [])
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr and str(path) in done.stderr
    assert "what-no-log-may-hold" not in done.stderr


def test_a_key_of_its_owner_is_used_instead_and_none_is_made(
    kept_keys: Path, tmp_path: Path
) -> None:
    with SecretKey.generate() as key:
        (tmp_path / "agent.pem").write_text(key.to_pem())
    (tmp_path / "agent.pem").chmod(0o600)
    done = exchange(command("http://127.0.0.1:9", "--key", str(tmp_path / "agent.pem")), [])
    assert (done.returncode, done.stderr) == (0, "")
    assert not kept_keys.exists()


def test_a_mistake_on_the_command_line_leaves_no_key(kept_keys: Path) -> None:
    done = exchange(command("http://127.0.0.1:9", "--certificate-key", "key.pem"), [])
    assert done.returncode == 2
    assert not kept_keys.exists()
