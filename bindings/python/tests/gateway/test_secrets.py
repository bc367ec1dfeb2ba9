"""Secrets: by reference, from files that are private, and never shown."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import pytest
from callgate.settings.secrets import MAX_SECRET_BYTES, Secret, read_secret


def private(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    path.chmod(0o600)
    return f"file:{path}"


def test_a_secret_comes_from_the_environment() -> None:
    assert read_secret("env:NAME", {"NAME": "value"}, Path()).reveal() == "value"


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"value", "value"),
        (b"value\n", "value"),
        (b"value\r\n", "value"),
        (b"value\n\n", "value\n"),
        (b" v\n", " v"),
    ],
)
def test_one_line_break_at_the_end_of_a_file_is_not_the_secret(
    data: bytes, value: str, tmp_path: Path
) -> None:
    assert read_secret(private(tmp_path / "s", data), {}, Path()).reveal() == value


def test_a_relative_file_is_looked_up_in_the_folder_that_is_given(tmp_path: Path) -> None:
    private(tmp_path / "s", b"value")
    assert read_secret("file:s", {}, tmp_path).reveal() == "value"


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o620, 0o666])
def test_a_file_that_others_may_use_is_refused(mode: int, tmp_path: Path) -> None:
    reference = private(tmp_path / "s", b"value")
    (tmp_path / "s").chmod(mode)
    with pytest.raises(ValueError, match="chmod 600"):
        read_secret(reference, {}, Path())


def test_a_group_may_read_as_mounted_secrets_are(tmp_path: Path) -> None:
    reference = private(tmp_path / "s", b"value")
    (tmp_path / "s").chmod(0o640)
    assert read_secret(reference, {}, Path()).reveal() == "value"


@pytest.mark.parametrize(
    "reference", ["", "value", "env:", "file:", "vault:x", "ENV:NAME", "env:ABSENT", "file:absent"]
)
def test_what_is_no_reference_or_leads_nowhere_is_refused(reference: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        read_secret(reference, {}, tmp_path)
    # It could be the secret itself.
    assert reference in ("", "value") or "value" not in str(caught.value)


def test_a_pipe_a_folder_and_an_endless_file_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    long = private(tmp_path / "long", b"x" * (MAX_SECRET_BYTES + 1))
    binary = private(tmp_path / "binary", b"\xff\xfe")
    empty = private(tmp_path / "empty", b"\n")
    for reference in (f"file:{tmp_path / 'pipe'}", f"file:{tmp_path}", long, binary, empty):
        with pytest.raises(ValueError):
            read_secret(reference, {}, Path())


def test_nothing_prints_it() -> None:
    secret = Secret("value", "env:NAME")
    for shown in (repr(secret), str(secret), f"{secret}", f"{[secret]}", f"{secret!r:>40}"):
        assert "value" not in shown
        assert "env:NAME" in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert copy.deepcopy(secret) is secret
    assert secret == Secret("value", "env:OTHER")
    assert secret != Secret("other", "env:NAME")
