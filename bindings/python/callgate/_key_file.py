"""Secret keys in files: made for one user, and read only where no other user may use them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from callgate._errors import CallgateError
from callgate._file_reader import PRIVATE, read_file
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
    try:
        return read_file(
            path,
            most=MAX_KEY_FILE_BYTES,
            barred=PRIVATE,
            owners=(os.geteuid(), 0),
            advice="may be used by others: chmod 600 it",
        )
    except CallgateError as error:
        message = f"the key file: {error.message}"
        raise CallgateError(message, error.code_name, error.where) from error


def secret_key_of(text: bytes, where: str) -> SecretKey:
    """The key in the bytes of the file ``where``. Raises CallgateError as ``load_secret_key``."""
    try:
        if text.lstrip().startswith(b"{"):
            return SecretKey.from_jwk(text)
        return SecretKey.from_pem(text)
    except CallgateError as error:
        message = "the key file holds no Ed25519 secret key, PEM or JWK"
        raise CallgateError(message, error.code_name, where) from error
