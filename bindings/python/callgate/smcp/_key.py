"""Ed25519Key: the key of a session, under the names of the published SDKs."""

from __future__ import annotations

import base64
import os
from types import TracebackType
from typing import Any, NoReturn

from callgate import PublicKey, SecretKey
from callgate._key_file import load_secret_key
from callgate.smcp.errors import ClientClosed


class Ed25519Key:
    """An Ed25519 key pair in locked memory, erased by ``erase`` or when nothing refers to it.

    ``private_key``: None for a new key; else a ``SecretKey``, the 32-byte seed of RFC 8032, or a
    private key of the ``cryptography`` package. A ``SecretKey`` that was passed is shared, not
    copied: ``erase`` erases it. Raises KeyFormatError. Threads may share it.
    """

    def __init__(self, private_key: Any = None) -> None:
        self._key = _secret_key(private_key)

    @classmethod
    def generate(cls) -> Ed25519Key:
        """A new key from the system's random source."""
        return cls()

    @classmethod
    def from_pem(cls, pem: str | bytes) -> Ed25519Key:
        """Of PKCS#8 (RFC 8410), unencrypted. Raises KeyFormatError."""
        return cls(SecretKey.from_pem(pem))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Ed25519Key:
        """Of a PEM or JWK file of this user, mode 0600, as ``callgate keygen --out`` writes it.

        Raises CallgateError, whose ``where`` is the path.
        """
        return cls(load_secret_key(path))

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature. Raises ClientClosed after ``erase``."""
        return self.secret_key.sign(message)

    def sign_base64(self, message: bytes) -> str:
        """The signature in padded base64 (RFC 4648 section 4): 88 characters."""
        return base64.b64encode(self.sign(message)).decode()

    def get_public_key_bytes(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.public_key.to_bytes()

    def get_public_key_base64(self) -> str:
        """The public key in padded base64: 44 characters."""
        return self.public_key.to_base64()

    def erase(self) -> None:
        """Overwrites the private key. May be called more than once; the public half stays."""
        self._key.close()

    @property
    def public_key(self) -> PublicKey:
        """The public half. Stays available when the key was erased."""
        return self._key.public_key

    @property
    def secret_key(self) -> SecretKey:
        """The private half, for the engine. Raises ClientClosed after ``erase``."""
        if self._key.closed:
            raise ClientClosed("the key was erased")
        return self._key

    def __enter__(self) -> Ed25519Key:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.erase()

    def __repr__(self) -> str:
        return f"<Ed25519Key of {self.public_key!r}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an Ed25519Key cannot be copied or pickled")


def _secret_key(private_key: Any) -> SecretKey:
    if private_key is None:
        return SecretKey.generate()
    if isinstance(private_key, SecretKey):
        return private_key
    if isinstance(private_key, (bytes, bytearray, memoryview)):
        return SecretKey.from_bytes(private_key)
    raw = getattr(private_key, "private_bytes_raw", None)
    if callable(raw):
        return SecretKey.from_bytes(raw())
    raise TypeError(
        "private_key must be None, SecretKey, 32 bytes or a key of the cryptography package, "
        f"not {type(private_key).__name__}"
    )
