"""Points of the curve that are no public key, in every form, and bytes that are no point."""

from keys.cases import pem_block, refused
from keys.curve import MIXED_ORDER, SMALL_ORDER, D, P
from vectors import b64, b64url, compact, key


def refused_cases():
    k = key("TEST 1")
    # Raw bytes, written in hex.
    for name, point in SMALL_ORDER.items():
        yield refused(name, "bytes", point, "small order: anyone can sign for it")
        yield refused(name, "base64", b64(bytes.fromhex(point)), "small order")
        yield refused(
            name,
            "pem",
            pem_block("PUBLIC KEY", bytes.fromhex("302a300506032b6570032100" + point)),
            "small order",
        )
        yield refused(
            name,
            "jwk",
            compact({"kty": "OKP", "crv": "Ed25519", "x": b64url(bytes.fromhex(point))}),
            "small order",
        )
    for name, point in MIXED_ORDER.items():
        yield refused(f"TEST 1 {name}", "bytes", point, "not in the prime-order subgroup")
    yield refused("y not on the curve", "bytes", "02" + "00" * 31, "not on the curve")
    noncanonical = next(
        y
        for y in range(P + 3, 2**255)
        if pow((y * y - 1) * pow(D * y * y + 1, P - 2, P) % P, (P - 1) // 2, P) == 1
    )
    yield refused(
        "a y of at least p that is on the curve",
        "bytes",
        noncanonical.to_bytes(32, "little").hex(),
        "non-canonical",
    )
    for size in (0, 31, 33, 64):
        yield refused(f"{size} bytes", "bytes", (k.public * 2)[:size].hex(), "length")
        yield refused(f"{size} bytes", "bytes", (k.seed * 2)[:size].hex(), "length", private=True)
