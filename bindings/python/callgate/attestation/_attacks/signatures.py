"""Signatures that are none, or of another key, or written another way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callgate import KeyFormatError, PublicKey, SecretKey
from callgate.attestation._attacks.case import Attempt, Case, accepted, refusal, refused
from callgate.attestation._attacks.world import World, encoded, read
from callgate.attestation._keys import KeyPair
from callgate.attestation._trust import IssuerTrust

_GROUP: Final = "signature"

# RFC 8032, section 5.1: the order of the group.
_L: Final = 2**252 + 27742317777372353535851937790883648493


def _flipped(world: World) -> list[str]:
    signature = read(world.genuine())[2]
    places = (0, 31, 32, 62)
    return [
        world.resigned(bytes(byte ^ (i == place) for i, byte in enumerate(signature)))
        for place in places
    ]


def _with_s_plus_l(world: World) -> str:
    token = world.genuine()
    signature = read(token)[2]
    s = int.from_bytes(signature[32:], "little") + _L
    malleable = signature[:32] + s.to_bytes(32, "little")
    return f"{token.rpartition('.')[0]}.{encoded(malleable)}"


def _wrong_lengths(world: World) -> list[str]:
    signature = read(world.genuine())[2]
    return [world.resigned(one) for one in (signature[:-1], signature + b"\0", b"")]


async def _of_another_issuer(world: World) -> Sequence[Attempt]:
    other = KeyPair.generate("other-1")
    trusted = IssuerTrust("https://other.example", keys={other.kid: other.public_key})
    verifier = world.verifier(trusted)
    named = world.signed(header={"kid": other.kid}, key=other.private_key)
    return [await refusal(verifier, named, "kid")]


# The identity and the other points of small order (RFC 7748, RFC 8032): they verify anything.
_SMALL_ORDER: Final = (
    "01" + "00" * 31,
    "ec" + "ff" * 30 + "7f",
    "00" * 32,
    "00" * 31 + "80",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)


async def _small_order(world: World) -> Sequence[Attempt]:
    del world
    attempts = []
    for point in _SMALL_ORDER:
        try:
            PublicKey.from_bytes(bytes.fromhex(point))
        except KeyFormatError:
            attempts.append(Attempt("refused as a key", "refused as a key", True))
        else:
            attempts.append(Attempt("refused as a key", "taken as a key", False))
    return attempts


SIGNATURES: Final[tuple[Case, ...]] = (
    accepted(_GROUP, "a genuine token, for comparison", lambda world: world.genuine()),
    refused(
        _GROUP,
        "another key under the kid of the issuer's",
        "signature",
        lambda world: world.signed(key=SecretKey.generate()),
    ),
    Case(_GROUP, "the key of another trusted issuer, under its kid", _of_another_issuer),
    refused(_GROUP, "a bit of the signature changed", "signature", _flipped),
    refused(
        _GROUP,
        "the signature of another token, or zeros",
        "signature",
        lambda world: [world.resigned(read(world.signed())[2]), world.resigned(bytes(64))],
    ),
    refused(_GROUP, "a signature of 63, 65 or no bytes", "malformed signature", _wrong_lengths),
    refused(_GROUP, "the malleable signature S + L", "signature", _with_s_plus_l),
    Case(_GROUP, "a public key of small order, which verifies anything", _small_order),
)
