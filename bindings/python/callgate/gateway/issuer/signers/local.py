"""LocalSigner: the issuer's key in a file of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from callgate import CallgateError, PublicKey, SecretKey
from callgate._key_file import load_secret_key
from callgate.gateway.wire.refusal import Refusal


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
