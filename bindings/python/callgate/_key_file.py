"""Secret keys in files: made for one user, and read only where no other user may use them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from callgate._errors import CallgateError
from callgate._secret_key import SecretKey

MAX_KEY_FILE_BYTES: Final = 16 * 1024


def make_secret_key(path: Path) -> None:
    """Writes a new secret key, PEM, 0600, and its public key, in ``<stem>.pub.pem`` of the folder.

    Raises OSError; FileExistsError where the file is there already.
    """
    with SecretKey.generate() as key:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(key.to_pem())
            file.flush()
            os.fsync(file.fileno())
        path.with_suffix(".pub.pem").write_text(key.public_key.to_pem())


def load_secret_key(path: str | os.PathLike[str]) -> SecretKey:
    """A secret key in a PEM or JWK file that belongs to this user (or root), mode 0600 or less.

    Raises CallgateError, whose ``where`` is the path and whose message holds nothing of the file.
    """
    return secret_key_of(read_key_file(path), os.fspath(path))


def read_key_file(path: str | os.PathLike[str]) -> bytes:
    """The bytes of such a file. Raises CallgateError as ``load_secret_key`` does."""
    where = os.fspath(path)
    try:
        # Non-blocking: a FIFO in the file's place must not hang the start.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise CallgateError(f"the key file: {reason}", "INVALID_ARGUMENT", where) from error
    # Judged on the open file: by its name it could be another one a moment later.
    try:
        status = os.fstat(descriptor)
        _check(stat.S_ISREG(status.st_mode), "the key file is no regular file", where)
        is_private = not status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        _check(is_private, "the key file may be used by others: chmod 600 it", where)
        owners = (os.geteuid(), 0)
        _check(status.st_uid in owners, "the key file belongs to another user", where)
        text = os.read(descriptor, MAX_KEY_FILE_BYTES + 1)
    finally:
        os.close(descriptor)
    _check(len(text) <= MAX_KEY_FILE_BYTES, "the key file is too long for a key", where)
    return text


def secret_key_of(text: bytes, where: str) -> SecretKey:
    """The key in the bytes of the file ``where``. Raises CallgateError as ``load_secret_key``."""
    try:
        if text.lstrip().startswith(b"{"):
            return SecretKey.from_jwk(text)
        return SecretKey.from_pem(text)
    except CallgateError as error:
        message = "the key file holds no Ed25519 secret key, PEM or JWK"
        raise CallgateError(message, error.code_name, where) from error


def _check(condition: bool, message: str, where: str) -> None:
    if not condition:
        raise CallgateError(message, "INVALID_ARGUMENT", where)
