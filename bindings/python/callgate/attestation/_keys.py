"""KeyPair: what an issuer signs with. KeyResolver: where a verifier gets public keys."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable
from typing import Any, Protocol, final

from callgate import CallgateError, PublicKey, SecretKey
from callgate._key_file import read_key_file, secret_key_of


@final
class KeyPair:
    """An Ed25519 key of an issuer, and the ``kid`` that tokens name it by.

    ``private_key`` is a callgate.SecretKey: it stays in locked memory, and nothing prints it.
    Threads may share it.
    """

    __slots__ = ("kid", "private_key")
    private_key: SecretKey
    kid: str

    def __init__(
        self, private_key: SecretKey, public_key: PublicKey | None = None, kid: str | None = None
    ) -> None:
        """``kid`` is the key's thumbprint (RFC 7638) unless one is given.

        Raises CallgateError where ``public_key`` belongs to another private key.
        """
        if public_key is not None and public_key != private_key.public_key:
            message = "public_key does not belong to private_key: leave it out"
            raise CallgateError(message, "INVALID_ARGUMENT", "public_key")
        self.private_key = private_key
        self.kid = private_key.public_key.thumbprint if kid is None else kid

    @classmethod
    def generate(cls, kid: str | None = None) -> KeyPair:
        """A new key from the system's random source."""
        return cls(SecretKey.generate(), kid=kid)

    @classmethod
    def load(cls, path: str | os.PathLike[str], kid: str | None = None) -> KeyPair:
        """The secret key in a PEM or JWK file that its owner alone may read. CallgateError.

        ``kid`` is that of the JWK unless one is given.
        """
        text = read_key_file(path)
        key = secret_key_of(text, os.fspath(path))
        if kid is None and text.lstrip().startswith(b"{"):
            named = json.loads(text).get("kid")
            kid = named if isinstance(named, str) else None
        return cls(key, kid=kid)

    @property
    def public_key(self) -> PublicKey:
        """The public half, which verifiers need."""
        return self.private_key.public_key

    def public_key_bytes(self) -> bytes:
        """The 32 bytes of RFC 8032."""
        return self.public_key.to_bytes()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature."""
        return self.private_key.sign(message)

    def to_jwk(self) -> dict[str, str]:
        """The public key as an entry of a JWKS (RFC 7517, RFC 8037)."""
        return published_jwk(self.kid, self.public_key)

    def __repr__(self) -> str:
        return f"<KeyPair {self.kid!r} of {self.public_key!r}>"


class KeyResolver(Protocol):
    """Where a verifier gets the keys of its issuers."""

    def get_key(self, issuer: str, kid: str, /) -> Awaitable[PublicKey | None]:
        """The key that ``issuer`` has under ``kid`` now, or None where it has none.

        It is asked once for each verification, so it is the resolver that says how long a key
        holds. Any exception refuses the token as ``unavailable``.
        """
        ...


class InMemoryKeyResolver:
    """Keys that the program itself adds. For keys that issuers publish: callgate.attestation.jwks.

    Threads may share it.
    """

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], PublicKey] = {}

    def add_key(self, issuer: str, kid: str, public_key: PublicKey) -> None:
        """Replaces the key that ``issuer`` had under ``kid``."""
        if not isinstance(public_key, PublicKey):
            raise TypeError(f"public_key must be PublicKey, not {type(public_key).__name__}")
        self._keys[issuer, kid] = public_key

    def add_keypair(self, issuer: str, keypair: KeyPair) -> None:
        """Adds the public half."""
        self.add_key(issuer, keypair.kid, keypair.public_key)

    def remove_key(self, issuer: str, kid: str) -> None:
        """Tokens of this key are refused from now on. Does nothing if there is no such key."""
        self._keys.pop((issuer, kid), None)

    async def get_key(self, issuer: str, kid: str) -> PublicKey | None:
        """The key, or None."""
        return self._keys.get((issuer, kid))

    def to_jwks(self, issuer: str) -> dict[str, list[dict[str, str]]]:
        """The public keys of an issuer, as it publishes them (RFC 7517)."""
        keys = [(kid, key) for (owner, kid), key in self._keys.items() if owner == issuer]
        return {"keys": [published_jwk(kid, key) for kid, key in keys]}


def published_jwk(kid: str, key: PublicKey) -> dict[str, Any]:
    """A public key as an issuer of attestations publishes it."""
    return {**key.to_jwk(), "kid": kid, "use": "sig", "alg": "EdDSA"}
