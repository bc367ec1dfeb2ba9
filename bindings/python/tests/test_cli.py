"""The command line: its errors, which are no denials, and what every command has."""

import os
import subprocess
import sys
from pathlib import Path

import callgate
import pytest
from callgate import PolicySet
from callgate.cli.__main__ import main
from cli_command import CALL, run


def test_what_is_no_unicode_text_is_an_error_and_no_denial() -> None:
    command = [str(Path(sys.executable).parent / "callgate"), "eval", *CALL, "--arguments"]
    done = subprocess.run([*map(os.fsencode, command), b"\xff"], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"callgate: ")


def test_a_defect_is_an_error_and_no_denial(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(name: str) -> PolicySet:
        raise ZeroDivisionError(name)

    monkeypatch.setattr("callgate.cli.commands.eval.read_policy", fail)
    assert main(["eval", *CALL]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["eval"],
        ["eval", *CALL, "--argument", "{}"],
        ["keygen", "--format", "der"],
        ["token"],
    ],
)
def test_a_wrong_command_line_is_an_error(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: callgate" in done.stderr


def test_every_command_has_json_and_help() -> None:
    verbs = ["eval", "explain", "lint", "contains", "diff", "test", "canonicalize"]
    verbs += ["keygen", "sign", "verify"]
    for verb in [[verb] for verb in verbs] + [["token", "issue"], ["token", "verify"]]:
        done = run(*verb, "--help")
        assert done.returncode == 0
        assert "--json" in done.stdout


def test_the_command_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "callgate.cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"callgate {callgate.__version__}\n"
