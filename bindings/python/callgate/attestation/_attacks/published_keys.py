"""Key sets that issuers, or who stands between, might publish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from callgate import CallgateError
from callgate._json import encode
from callgate.attestation._attacks.case import Attempt, Case
from callgate.attestation._attacks.world import KID, World, encoded
from callgate.attestation._engine import read_attestation_jwks
from callgate.attestation._keys import KeyPair

_GROUP: Final = "key set"
_RSA: Final = {"kty": "RSA", "kid": KID, "n": "AQAB", "e": "AQAB", "use": "sig", "alg": "RS256"}


def _read(expected: int, *entries: dict[str, Any]) -> Attempt:
    keys, _ = read_attestation_jwks(encode({"keys": list(entries)}))
    return Attempt(f"{expected} keys taken", f"{len(keys)} keys taken", len(keys) == expected)


async def _rsa_first(world: World) -> Sequence[Attempt]:
    return [_read(1, _RSA, world.keypair.to_jwk())]


async def _twice(world: World) -> Sequence[Attempt]:
    other = KeyPair.generate("other")
    return [
        _read(0, world.keypair.to_jwk(), KeyPair.generate(KID).to_jwk()),
        _read(1, world.keypair.to_jwk(), KeyPair.generate(KID).to_jwk(), other.to_jwk()),
    ]


async def _unusable(world: World) -> Sequence[Attempt]:
    good = world.keypair.to_jwk()
    changes: list[dict[str, Any]] = [
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"alg": "ES256"},
        {"crv": "X25519"},
        {"x": encoded(world.keypair.public_key_bytes()[:-1])},
        {"x": encoded(world.keypair.public_key_bytes() + b"\0")},
        {"x": encoded(b"\x02" + bytes(31))},  # not on the curve
        {"x": encoded(b"\x01" + bytes(31))},  # the identity
        {"d": encoded(bytes(32))},
        {"kid": 1},
    ]
    return [_read(0, {**good, **change}) for change in changes]


async def _no_set(world: World) -> Sequence[Attempt]:
    many = [KeyPair.generate(f"k{i}").to_jwk() for i in range(65)]
    texts = [b"<html>", b"[]", b"{}", b'{"keys":{}}', encode({"keys": many}), b" " * 300_000]
    del world
    attempts = []
    for text in texts:
        try:
            read_attestation_jwks(text)
        except CallgateError:
            attempts.append(Attempt("refused", "refused", True))
        else:
            attempts.append(Attempt("refused", "taken", False))
    return attempts


PUBLISHED_KEYS: Final[tuple[Case, ...]] = (
    Case(_GROUP, "an RSA key with the same kid before the good one", _rsa_first),
    Case(_GROUP, "one kid for two keys", _twice),
    Case(_GROUP, "keys for another use or curve, off the curve, or private", _unusable),
    Case(_GROUP, "a page of HTML, 65 keys, or 300 kB", _no_set),
)
