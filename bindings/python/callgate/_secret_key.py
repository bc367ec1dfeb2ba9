"""SecretKey: an Ed25519 private key that stays in locked memory until it is exported."""

from __future__ import annotations

import json
from types import TracebackType
from typing import NoReturn, final

from callgate import _native
from callgate._native import PublicKey
from callgate._types import Buffer, JsonObject, Text


@final
class SecretKey:
    """An Ed25519 private key (RFC 8032), held in locked memory and erased by ``close``.

    It cannot be copied, pickled or printed. As a context manager it is closed at the end of the
    block; what uses a closed key raises ``CallgateError``. What ``to_bytes``, ``to_jwk`` and
    ``to_pem`` return is ordinary memory that Python does not erase.

    Threads may share it: a signature under way when it is closed is completed.
    """

    __slots__ = ("__weakref__", "_key")
    _key: _native.SecretKey

    def __init__(self) -> None:
        raise TypeError("use SecretKey.generate, from_bytes, from_jwk or from_pem")

    @classmethod
    def generate(cls) -> SecretKey:
        """A new key from the system's random source."""
        return cls._own(_native.SecretKey.generate())

    @classmethod
    def from_bytes(cls, data: Buffer) -> SecretKey:
        """The 32-byte seed of RFC 8032. Raises KeyFormatError."""
        return cls._own(_native.SecretKey.from_bytes(data))

    @classmethod
    def from_jwk(cls, jwk: JsonObject) -> SecretKey:
        """RFC 8037 (``x`` must belong to ``d``), a mapping or JSON text. Raises KeyFormatError."""
        return cls._own(_native.SecretKey.from_jwk(jwk))

    @classmethod
    def from_pem(cls, pem: Text) -> SecretKey:
        """PKCS#8 (RFC 8410), unencrypted. Raises KeyFormatError."""
        return cls._own(_native.SecretKey.from_pem(pem))

    @classmethod
    def _own(cls, key: _native.SecretKey) -> SecretKey:
        self = cls.__new__(cls)
        self._key = key
        return self

    @property
    def public_key(self) -> PublicKey:
        """The public half. Stays available when the key was closed."""
        return self._key.public_key

    @property
    def closed(self) -> bool:
        """Whether the key was erased."""
        return self._key.closed

    def sign(self, message: Text) -> bytes:
        """The 64-byte signature of the message; of a ``str``, its UTF-8."""
        return self._key.sign(message)

    def to_bytes(self) -> bytes:
        """The 32-byte seed of RFC 8032."""
        return self._key.to_bytes()

    def to_jwk(self) -> dict[str, str]:
        """The RFC 8037 JWK, with ``d``."""
        jwk: dict[str, str] = json.loads(self._key.to_jwk())
        return jwk

    def to_pem(self) -> str:
        """PKCS#8 (RFC 8410), unencrypted."""
        return self._key.to_pem()

    def close(self) -> None:
        """Erases the key. May be called more than once."""
        self._key.close()

    def __enter__(self) -> SecretKey:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<SecretKey of {self.public_key!r}{', closed' if self.closed else ''}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a SecretKey cannot be copied or pickled")


def native_key(key: SecretKey) -> _native.SecretKey:
    """TypeError for anything else."""
    if not isinstance(key, SecretKey):
        raise TypeError(f"key must be SecretKey, not {type(key).__name__}")
    return key._key
