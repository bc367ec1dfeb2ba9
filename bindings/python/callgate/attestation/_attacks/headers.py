"""Headers that try to choose the algorithm, the key or the meaning of a signature."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from callgate import SecretKey
from callgate.attestation._attacks.case import Case, accepted, refused
from callgate.attestation._attacks.world import KID, World, encoded, written

_GROUP: Final = "header"


def _hs256(world: World, secret: bytes) -> str:
    header = written({"alg": "HS256", "typ": "JWT", "kid": KID})
    signing_input = f"{encoded(header)}.{encoded(written(world.claims()))}"
    mac = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
    return f"{signing_input}.{encoded(mac)}"


def _unsigned(world: World) -> str:
    header = written({"alg": "none", "typ": "JWT", "kid": KID})
    return f"{encoded(header)}.{encoded(written(world.claims()))}."


def _algs(world: World) -> list[str]:
    names: list[object] = [..., 1, "eddsa", "ES256", "", None, ["EdDSA"]]
    return [world.signed(header={"alg": name}) for name in names]


def _kids(world: World) -> list[str]:
    names = ["__proto__", "../../keys/1", "unknown", "k" * 256]
    return [world.signed(header={"kid": name}) for name in names]


def _malformed_kids(world: World) -> list[str]:
    names: list[object] = [..., "", 1, ["a"], None, {"a": 1}, "k" * 4096]
    return [world.signed(header={"kid": name}) for name in names]


def _attackers_keys(world: World) -> list[str]:
    key = SecretKey.generate()
    members: list[dict[str, object]] = [
        {"jwk": key.public_key.to_jwk()},
        {"jku": "https://attacker.example/jwks.json"},
        {"x5u": "https://attacker.example/chain.pem"},
    ]
    return [world.signed(header=member, key=key) for member in members]


HEADERS: Final[tuple[Case, ...]] = (
    refused(_GROUP, "alg none, without a signature", "alg", _unsigned),
    refused(
        _GROUP,
        "alg none over a good signature",
        "alg",
        lambda world: world.signed(header={"alg": "none"}),
    ),
    refused(
        _GROUP,
        "HS256 with the public key's bytes as the secret",
        "alg",
        lambda world: _hs256(world, world.keypair.public_key_bytes()),
    ),
    refused(
        _GROUP,
        "HS256 with the public key's PEM as the secret",
        "alg",
        lambda world: _hs256(world, world.keypair.public_key.to_pem().encode()),
    ),
    refused(_GROUP, "alg missing, no string, or of another algorithm", "alg malformed", _algs),
    refused(
        _GROUP,
        "alg Ed25519 where it is not enabled",
        "alg",
        lambda world: world.signed(header={"alg": "Ed25519"}),
    ),
    accepted(
        _GROUP,
        "alg Ed25519 where it is enabled",
        lambda world: world.signed(header={"alg": "Ed25519"}),
        accept_ed25519_alg=True,
    ),
    refused(
        _GROUP,
        "crit, of an unknown name, of exp, or empty",
        "malformed",
        lambda world: [
            world.signed(header={"crit": names, "x": 1}) for names in (["x"], ["exp"], [])
        ],
    ),
    refused(
        _GROUP,
        "b64 false, with crit and without",
        "malformed",
        lambda world: [
            world.signed(header={"b64": False, "crit": ["b64"]}),
            world.signed(header={"b64": False}),
        ],
    ),
    refused(
        _GROUP,
        "a key of the attacker's in jwk, behind jku or x5u",
        "malformed signature",
        _attackers_keys,
    ),
    refused(
        _GROUP,
        "alg twice, the good one last",
        "malformed",
        lambda world: world.signed(
            header=b'{"alg":"none","alg":"EdDSA","typ":"JWT","kid":"%s"}' % KID.encode()
        ),
    ),
    refused(_GROUP, "kid missing, empty, no string, or of 4 KiB", "kid malformed", _malformed_kids),
    refused(_GROUP, "kid of no key: a name of JavaScript's, a path", "kid", _kids),
    refused(
        _GROUP,
        "kid of a key that is denied",
        "kid",
        lambda world: world.genuine(),
        trust={"denied_key_ids": [KID]},
    ),
    refused(
        _GROUP,
        "typ of another kind of token",
        "malformed",
        lambda world: [
            world.signed(header={"typ": typ}) for typ in ("at+jwt", "mcp-request-proof+jwt")
        ],
    ),
    accepted(
        _GROUP, "no typ, as some issuers write it", lambda world: world.signed(header={"typ": ...})
    ),
)
