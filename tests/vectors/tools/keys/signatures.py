"""Signatures, and every way to forge one or to write it otherwise."""

import hashlib

from keys.curve import MIXED_ORDER, SMALL_ORDER, challenge, scalar
from vectors import GROUP_ORDER, key

# RFC 8032 section 7.1: public key, message, signature.
RFC8032 = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
        "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
        "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "TEST SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ec"
        "fdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}


def signature_cases():
    def case(name, public, message, signature, valid, source="RFC 8032 section 5.1.7"):
        return {
            "name": name,
            "public_hex": public.hex(),
            "message_hex": message.hex(),
            "signature_hex": signature.hex(),
            "valid": valid,
            "source": source,
        }

    for name, (public, message, signature) in RFC8032.items():
        public, message, signature = map(bytes.fromhex, (public, message, signature))
        k = key(name)
        assert k.public == public and k.sign(message) == signature, name
        source = "RFC 8032 section 7.1"
        yield case(name, public, message, signature, True, source)
        yield case(
            f"{name}: one more byte in the message", public, message + b"\0", signature, False
        )
        r, s = signature[:32], int.from_bytes(signature[32:], "little")
        for times in (1, 2, 8):
            if s + times * GROUP_ORDER < 2**256:
                yield case(
                    f"{name}: S + {times} L",
                    public,
                    message,
                    r + (s + times * GROUP_ORDER).to_bytes(32, "little"),
                    False,
                    "RFC 8032 section 8.4, malleability",
                )

    k = key("TEST 2")
    message = b"callgate"
    good = k.sign(message)
    yield case("ordinary message", k.public, message, good, True, "made with OpenSSL")
    for bit in (0, 7, 255, 256, 263, 503, 511):
        flipped = bytearray(good)
        flipped[bit // 8] ^= 1 << bit % 8
        yield case(f"bit {bit} of the signature flipped", k.public, message, bytes(flipped), False)
    for size in (0, 1, 32, 63):
        yield case(f"signature of {size} bytes", k.public, message, good[:size], False)
    yield case("signature of 65 bytes", k.public, message, good + b"\0", False)
    yield case("all zero", k.public, message, bytes(64), False)
    yield case("another key", key("TEST 1").public, message, good, False)
    yield case("key of 31 bytes", k.public[:31], message, good, False)
    yield case("key of 33 bytes", k.public + b"\0", message, good, False)

    # R of small order: whoever holds the key can make these, and more than one for a message.
    for name, encoded in SMALL_ORDER.items():
        r = bytes.fromhex(encoded)
        s = challenge(r, k.public, message) * scalar(k.seed) % GROUP_ORDER
        yield case(
            f"R is {name}, S made to fit",
            k.public,
            message,
            r + s.to_bytes(32, "little"),
            False,
            "small-order R",
        )
    # A of small order: R = S B verifies for every message where the order divides the challenge.
    r, s = k.public, scalar(k.seed) % GROUP_ORDER
    for name, encoded in SMALL_ORDER.items():
        public, counter = bytes.fromhex(encoded), 0
        while challenge(r, public, b"forged %d" % counter) % 8 != 0:
            counter += 1
        yield case(
            f"A is {name}, forged without a private key",
            public,
            b"forged %d" % counter,
            r + s.to_bytes(32, "little"),
            False,
            "small-order A",
        )
    # A of mixed order: the holder's signature where the small part vanishes.
    for name, encoded in MIXED_ORDER.items():
        public, counter = bytes.fromhex(encoded), 0
        while challenge(r, public, b"mixed %d" % counter) % 8 != 0:
            counter += 1
        mixed = b"mixed %d" % counter
        s_mixed = (s + challenge(r, public, mixed) * scalar(key("TEST 1").seed)) % GROUP_ORDER
        yield case(
            f"A is TEST 1 {name}",
            public,
            mixed,
            r + s_mixed.to_bytes(32, "little"),
            False,
            "A outside the prime-order subgroup",
        )
