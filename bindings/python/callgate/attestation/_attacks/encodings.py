"""Tokens, and JSON in them, that lenient readers take and strict ones do not."""

from __future__ import annotations

from typing import Final

from callgate.attestation._attacks.case import Case, refused
from callgate.attestation._attacks.world import KID, World, encoded, written

_GROUP: Final = "encoding"
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _with_last_bits(world: World) -> str:
    # 64 bytes are 86 characters, and the last one has four bits that must be 0 (RFC 4648, 3.5).
    token = world.genuine()
    return token[:-1] + _ALPHABET[_ALPHABET.index(token[-1]) + 1]


def _in_standard_alphabet(world: World) -> str:
    while True:  # until a signature has one of the two characters that differ
        token = world.genuine()
        head, _, signature = token.rpartition(".")
        if "-" in signature or "_" in signature:
            return f"{head}.{signature.replace('-', '+').replace('_', '/')}"


def _with_junk(world: World) -> list[str]:
    token = world.genuine()
    return [
        f"{token}==",
        f"{token[:-4]}!{token[-4:]}",
        f"{token[:-4]} {token[-4:]}",
        f"{token[:-4]}\n{token[-4:]}",
        f"{token}\n",
        f" {token}",
        f"{token}\0",
        f"Bearer {token}",
    ]


def _segments(world: World) -> list[str]:
    header, payload, signature = world.genuine().split(".")
    return [
        "",
        "..",
        "a.b",
        f"{header}.{payload}",
        f"{header}.{payload}.{signature}.{signature}",
        f"{header}..{payload}.{signature}.",
        f".{payload}.{signature}",
        f"{header}..{signature}",
        '{"payload":"","signatures":[]}',
    ]


def _no_objects(world: World) -> list[str]:
    payloads = [b"[]", b"null", b'"claims"', b"1", b"", b"{}{}", b"{", b"{'iss':1}"]
    return [world.signed(claims=payload) for payload in payloads]


def _around(world: World, before: bytes, after: bytes) -> str:
    return world.signed(claims=before + written(world.claims()) + after)


def _nested(world: World, depth: int) -> str:
    deep = b"[" * depth + b"]" * depth
    return world.signed(claims=written(world.claims())[:-1] + b',"x":' + deep + b"}")


def _too_large(world: World) -> list[str]:
    big = "x" * (4 * 1024 * 1024)
    header = encoded(written({"alg": "EdDSA", "typ": "JWT", "kid": KID, "x": big[:9000]}))
    _, payload, signature = world.genuine().split(".")
    return [
        world.signed(claims=world.claims(padding=big)),
        world.signed(claims=world.claims(padding=big[: 9 * 1024])),
        f"{header}.{payload}.{signature}",
    ]


ENCODINGS: Final[tuple[Case, ...]] = (
    refused(
        _GROUP, "unused bits of the last base64url character set", "malformed", _with_last_bits
    ),
    refused(
        _GROUP, "the alphabet of base64 instead of base64url", "malformed", _in_standard_alphabet
    ),
    refused(_GROUP, "padding, junk, white space or a prefix in the token", "malformed", _with_junk),
    refused(_GROUP, "a token of none, two, four or empty parts", "malformed", _segments),
    refused(_GROUP, "a payload that is no JSON object", "malformed claims", _no_objects),
    refused(
        _GROUP,
        "text after the claims, or comments in them",
        "malformed",
        lambda world: [_around(world, b"", b" x"), _around(world, b"/*c*/", b"")],
    ),
    refused(
        _GROUP,
        "a byte order mark before the claims",
        "malformed",
        lambda world: _around(world, b"\xef\xbb\xbf", b""),
    ),
    refused(
        _GROUP,
        "claims in invalid UTF-8, or with half a surrogate pair",
        "malformed",
        lambda world: [
            world.signed(claims=written(world.claims())[:-1] + text + b"}")
            for text in (b',"x":"\xff"', b',"x":"\\ud800"')
        ],
    ),
    refused(
        _GROUP,
        "a claim twice, the good one last",
        "malformed",
        lambda world: world.signed(
            claims=b'{"iss":"https://attacker.example",' + written(world.claims())[1:]
        ),
    ),
    refused(
        _GROUP,
        "claims nested 17, 3,000 or 200,000 deep",
        "malformed",
        lambda world: [_nested(world, depth) for depth in (17, 3000, 200_000)],
    ),
    refused(_GROUP, "a token of 4 MiB, a payload or header of 9 KiB", "malformed", _too_large),
)
