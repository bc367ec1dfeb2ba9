"""Files that hold a secret key: whose they are is checked before what is in them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from callgate import CallgateError, SecretKey
from callgate._key_file import load_secret_key, make_secret_key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    with SecretKey.generate() as key:
        path.write_text(key.to_pem())
    path.chmod(0o600)
    return path


def refused(path: Path) -> CallgateError:
    with pytest.raises(CallgateError) as caught:
        load_secret_key(path)
    assert caught.value.where == str(path)
    return caught.value


def test_pem_and_jwk_are_read(file: Path) -> None:
    with load_secret_key(file) as key:
        file.write_text(json.dumps(key.to_jwk()))
        with load_secret_key(str(file)) as again:
            assert again.public_key == key.public_key


def test_a_key_is_made_once_with_its_public_key(tmp_path: Path) -> None:
    path = tmp_path / "audit.pem"
    make_secret_key(path)
    with load_secret_key(path) as key:
        with pytest.raises(FileExistsError):
            make_secret_key(path)
        assert (tmp_path / "audit.pub.pem").read_text() == key.public_key.to_pem()
        with load_secret_key(path) as again:
            assert again.public_key == key.public_key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o601, 0o660, 0o777])
def test_a_file_that_others_may_use_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert "chmod 600" in refused(file).message


def test_a_file_of_another_user_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owned, uid = os.fstat, 4  # the place of st_uid; only root can give a file away

    def of_another(descriptor: int) -> os.stat_result:
        status = list(owned(descriptor))
        status[uid] = os.geteuid() + 1
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", of_another)
    assert "belongs to another user" in refused(file).message


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    assert "no regular file" in refused(fifo).message
    assert "no regular file" in refused(tmp_path).message
    assert "No such file" in refused(tmp_path / "none").message


@pytest.mark.parametrize(
    "text", ["", "what-no-log-may-hold", "{}", '{"kty":"RSA"}', "x" * (16 * 1024 + 1)]
)
def test_what_is_no_key_is_refused_without_showing_it(file: Path, text: str) -> None:
    file.write_text(text)
    error = refused(file)
    assert "what-no-log-may-hold" not in str(error)
    assert "no Ed25519 secret key" in error.message or "larger than" in error.message
