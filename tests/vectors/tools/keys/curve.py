"""Arithmetic on edwards25519, only for making forged inputs."""

import hashlib

from vectors import GROUP_ORDER, key

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P

# The eight points whose order divides 8, and the encodings of y >= p that mean such points.
SMALL_ORDER = {
    "the identity": "0100000000000000000000000000000000000000000000000000000000000000",
    "the identity with the sign bit": (
        "0100000000000000000000000000000000000000000000000000000000000080"
    ),
    "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4, all zero": "0000000000000000000000000000000000000000000000000000000000000000",
    "order 4, negative": "0000000000000000000000000000000000000000000000000000000000000080",
    "order 8, first": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order 8, second": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "order 8, third": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order 8, fourth": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "p, which is 0": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "p + 1, which is 1": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}


def point(encoded):
    """Affine coordinates."""
    value = int.from_bytes(encoded, "little")
    y, sign = value % 2**255, value >> 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == square
    return (P - x if x % 2 != sign else x, y)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P,
    )


def encode(p):
    return (p[1] | (p[0] & 1) << 255).to_bytes(32, "little")


def scalar(seed):
    h = bytearray(hashlib.sha512(seed).digest()[:32])
    h[0] &= 248
    h[31] = h[31] & 63 | 64
    return int.from_bytes(h, "little")


def challenge(r, public, message):
    return int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % GROUP_ORDER


# The public keys of TEST 1 plus the point of order 2, and plus one of order 8.
TEST_1 = point(key("TEST 1").public)
MIXED_ORDER = {
    "plus the point of order 2": encode(add(TEST_1, (0, P - 1))).hex(),
    "plus a point of order 8": encode(
        add(TEST_1, point(bytes.fromhex(SMALL_ORDER["order 8, first"])))
    ).hex(),
}
