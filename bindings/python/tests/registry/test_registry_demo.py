"""``callgate registry demo``: it happens as it is told, and nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from registry_world import until

COMMAND = [sys.executable, "-m", "callgate.cli", "registry", "demo"]
# As where the extra spire is not installed.
WITHOUT_SPIRE = (
    "import sys; sys.modules['spiffe'] = None; from callgate.cli.__main__ import main; "
    "sys.exit(main(['registry', 'demo', '--json']))"
)


def environ(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder), "NO_COLOR": "1"}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environ(folder), capture_output=True, text=True, timeout=120, check=False
    )


def processes_of(folder: Path) -> Iterator[str]:
    """The command lines of processes that have this folder for their temporary files."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={folder}\0".encode() in (process / "environ").read_bytes():
                yield (process / "cmdline").read_text()
        except OSError:
            continue  # of another user, or gone


def check_that_nothing_is_left(folder: Path) -> None:
    assert list(folder.iterdir()) == []
    assert list(processes_of(folder)) == []


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a short name, since sockets are made in it."""
    return tmp_path_factory.mktemp("d")


def test_everything_is_shown_and_nothing_left(folder: Path) -> None:
    done = run(folder, *COMMAND)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    words = [line.split() for line in lines]
    sources = ("file", "vault", "spire")
    for agent in (f"{entity}-{source}" for entity in ("acme", "globex") for source in sources):
        assert ["ALLOW", agent, "entity", f"{agent.partition('-')[0]}:"] in [w[:4] for w in words]
    assert ["untrusted", "initech-file"] in [w[:2] for w in words]
    assert [w[1] for w in words if w[:1] == ["revoked"]] == [f"acme-{name}" for name in sources]
    assert [line for line in lines if len(line) > 100] == []
    check_that_nothing_is_left(folder)


def test_without_spire_its_agents_are_left_out(folder: Path) -> None:
    done = run(folder, sys.executable, "-c", WITHOUT_SPIRE)
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert shown["left_out"] == ["spire"]
    assert shown["agents"] == [
        "acme-file",
        "acme-vault",
        "globex-file",
        "globex-vault",
        "globex-planner",
    ]
    assert set(shown["milliseconds"]) == {"refused", "evicted", "resolved"}
    assert all(0 <= figure < 20_000 for figure in shown["milliseconds"].values())
    assert shown["failed_heartbeats"] == {"globex": 0}
    check_that_nothing_is_left(folder)


def test_a_signal_ends_it_and_leaves_nothing(folder: Path) -> None:
    with subprocess.Popen(
        COMMAND, env=environ(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        # The registry runs, and some agents do.
        while "Their agents register" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (2, "callgate registry demo: ended by a signal\n")
    check_that_nothing_is_left(folder)


def test_a_demonstration_that_is_killed_leaves_no_process(folder: Path) -> None:
    with subprocess.Popen(
        COMMAND, env=environ(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        while "Their agents register" not in process.stdout.readline():
            assert process.poll() is None
        assert any("lifeline" in line for line in processes_of(folder))
        process.kill()
    until(lambda: list(processes_of(folder)) == [])


def test_what_cannot_happen_is_an_error(folder: Path) -> None:
    deep = folder / ("x" * 100)
    deep.mkdir()
    done = run(deep, *COMMAND)
    assert done.returncode == 2
    assert done.stderr.endswith(
        "too long for the path of a socket: set TMPDIR to a folder such as /tmp\n"
    )
    check_that_nothing_is_left(deep)
