"""LocalSigner: the issuer's key in a file of this machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from callgate import CallgateError, PublicKey, SecretKey
from callgate.gateway.wire.refusal import Refusal

MAX_KEY_FILE_BYTES = 16 * 1024


class LocalSigner:
    """Signs with a key in locked memory. ``retired`` keys sign no more and are still trusted.

    ``key_id`` is the key's RFC 7638 thumbprint unless given. Closing erases the key.
    """

    def __init__(
        self,
        key: SecretKey,
        *,
        key_id: str | None = None,
        retired: Mapping[str, PublicKey] | None = None,
    ) -> None:
        self._key = key
        self._key_id = key.public_key.thumbprint if key_id is None else key_id
        if retired is not None and self._key_id in retired:
            message = "the signing key and a retired one have the same kid"
            raise CallgateError(message, "INVALID_ARGUMENT", "kid")
        self._public_keys = MappingProxyType({self._key_id: key.public_key, **(retired or {})})

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        *,
        key_id: str | None = None,
        retired: Mapping[str, PublicKey] | None = None,
    ) -> LocalSigner:
        """Of a file that ``callgate keygen --out`` made. Raises CallgateError."""
        return cls(load_secret_key(path), key_id=key_id, retired=retired)

    @property
    def key_id(self) -> str:
        return self._key_id

    @property
    def public_keys(self) -> Mapping[str, PublicKey]:
        return self._public_keys

    async def sign(self, signing_input: bytes) -> bytes:
        try:
            return self._key.sign(signing_input)
        except CallgateError as error:
            raise Refusal("SIGNER_UNAVAILABLE") from error

    def close(self) -> None:
        """Erases the key; what is signed after that is refused. May be called more than once."""
        self._key.close()

    def __repr__(self) -> str:
        return f"<LocalSigner {self._key_id}>"


def load_secret_key(path: str | Path) -> SecretKey:
    """A secret key in a PEM or JWK file that belongs to this user (or root), mode 0600 or less.

    Raises CallgateError, whose ``where`` is the path and whose message holds nothing of the file.
    """
    where = str(path)
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
