"""Writes keys.json."""

import base64
import hashlib

from vectors import RFC8032_SEEDS, Key, b64, b64url, compact, key, write

L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19

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
RFC8410_SEED = "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"

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
# The public keys of TEST 1 plus the point of order 2, and plus one of order 8.
MIXED_ORDER = {
    "plus the point of order 2": None,
    "plus a point of order 8": None,
}


def thumbprint(public):
    jwk = compact({"crv": "Ed25519", "kty": "OKP", "x": b64url(public)})
    return b64url(hashlib.sha256(jwk.encode()).digest())


def pem(label, der, width=64, end="\n"):
    text = base64.b64encode(der).decode()
    lines = [text[i : i + width] for i in range(0, len(text), width)]
    return end.join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def key_cases():
    for name, seed in [*RFC8032_SEEDS.items(), ("RFC 8410 section 10.3", RFC8410_SEED)]:
        k = Key(seed)
        public_jwk = {"crv": "Ed25519", "kty": "OKP", "x": b64url(k.public)}
        yield {
            "name": name,
            "seed_hex": seed,
            "public_hex": k.public.hex(),
            "public_base64": b64(k.public),
            "public_jwk": compact(public_jwk),
            "private_jwk": compact({**public_jwk, "d": b64url(k.seed)}),
            "public_pem": k.public_pem,
            "private_pem": k.private_pem,
            "thumbprint": thumbprint(k.public),
            "source": "seed of RFC 8410" if "8410" in name else "seed of RFC 8032 section 7.1",
        }


def accepted_cases():
    k = key("TEST 1")
    x, d = b64url(k.public), b64url(k.seed)

    def case(name, form, text, private=False, source="RFC 8037"):
        return {
            "name": name,
            "form": form,
            "private": private,
            "text": text,
            "public_hex": k.public.hex(),
            "source": source,
        }

    public = {"kty": "OKP", "crv": "Ed25519", "x": x}
    private = {**public, "d": d}
    yield case(
        "jwk: members in any order, white space, kid and unknown members",
        "jwk",
        f' {{ "x" : "{x}",\n"kid":"a","ext":true,"crv":"Ed25519","kty":"OKP","z":[{{"d":1}}] }} ',
    )
    yield case(
        "jwk: use sig, alg EdDSA, key_ops with verify",
        "jwk",
        compact({**public, "use": "sig", "alg": "EdDSA", "key_ops": ["verify"]}),
    )
    yield case(
        "jwk: alg by its name of RFC 9864",
        "jwk",
        compact({**public, "alg": "Ed25519"}),
        source="RFC 9864",
    )
    yield case(
        "private jwk: key_ops with sign",
        "jwk",
        compact({**private, "key_ops": ["sign"], "ext": True}),
        private=True,
    )
    yield case(
        "private jwk: other members named d, deeper or as values, are not the secret",
        "jwk",
        f'{{"a":{{"d":"{x}"}},"b":["d","{x}"],"c":"d","d" :\n "{d}","crv":"Ed25519",'
        f'"kty":"OKP","x":"{x}","y":{{"d":null}}}}',
        private=True,
    )
    for end, name in (("\n", "LF"), ("\r\n", "CRLF")):
        for kind, text in (("public", k.public_pem), ("private", k.private_pem)):
            lines = text.replace("\n", end)
            yield case(f"{kind} pem: {name}", "pem", lines, kind == "private", "RFC 7468")
            yield case(
                f"{kind} pem: {name}, no line end at the end",
                "pem",
                lines.removesuffix(end),
                kind == "private",
                "RFC 7468",
            )


def refused_cases():
    k, other = key("TEST 1"), key("TEST 2")
    x, d = b64url(k.public), b64url(k.seed)

    def case(name, form, text, reason, private=False, source="RFC 8032 section 5.1.3"):
        assert isinstance(text, str)
        return {
            "name": f"{'private ' if private else ''}{form}: {name}",
            "form": form,
            "private": private,
            "text": text,
            "reason": reason,
            "source": source,
        }

    # Raw bytes, written in hex.
    for name, point in SMALL_ORDER.items():
        yield case(name, "bytes", point, "small order: anyone can sign for it")
        yield case(name, "base64", b64(bytes.fromhex(point)), "small order")
        yield case(
            name,
            "pem",
            pem("PUBLIC KEY", bytes.fromhex("302a300506032b6570032100" + point)),
            "small order",
        )
        yield case(
            name,
            "jwk",
            compact({"kty": "OKP", "crv": "Ed25519", "x": b64url(bytes.fromhex(point))}),
            "small order",
        )
    for name, point in MIXED_ORDER.items():
        yield case(f"TEST 1 {name}", "bytes", point, "not in the prime-order subgroup")
    yield case("y not on the curve", "bytes", "02" + "00" * 31, "not on the curve")
    noncanonical = next(
        y
        for y in range(P + 3, 2**255)
        if pow((y * y - 1) * pow(D * y * y + 1, P - 2, P) % P, (P - 1) // 2, P) == 1
    )
    yield case(
        "a y of at least p that is on the curve",
        "bytes",
        noncanonical.to_bytes(32, "little").hex(),
        "non-canonical",
    )
    for size in (0, 31, 33, 64):
        yield case(f"{size} bytes", "bytes", (k.public * 2)[:size].hex(), "length")
        yield case(f"{size} bytes", "bytes", (k.seed * 2)[:size].hex(), "length", private=True)

    source = "RFC 4648 section 3"
    good = b64(k.public)
    yield case("no padding", "base64", good[:-1], "one spelling only", source=source)
    yield case("line end after it", "base64", good + "\n", "one spelling only", source=source)
    yield case("line end in it", "base64", good[:20] + "\n" + good[20:], "alphabet", source=source)
    yield case(
        "URL-safe alphabet",
        "base64",
        b64(bytes.fromhex(other.public.hex())).translate(str.maketrans("+/", "-_"))
        if set("+/") & set(b64(other.public))
        else "-" + good[1:],
        "alphabet",
        source=source,
    )
    flipped = good[:-2] + chr(ord(good[-2]) + 1) + "="
    yield case(
        "bits after the last byte are not zero",
        "base64",
        flipped,
        "one spelling only",
        source=source,
    )
    yield case("hex", "base64", k.public.hex(), "length", source="SEAL RFC 6.5.3, a sample in hex")
    yield case("31 bytes", "base64", b64(k.public[:31]), "length", source=source)
    yield case("33 bytes", "base64", b64(k.public + b"\0"), "length", source=source)
    yield case("nothing", "base64", "", "length", source=source)

    source = "RFC 8037 section 2"
    public = {"kty": "OKP", "crv": "Ed25519", "x": x}
    private = {**public, "d": d}
    for private_form, base in ((False, public), (True, private)):

        def jwk(name, members, reason="form", source=source, base=base, private_form=private_form):
            text = (
                members
                if isinstance(members, str)
                else compact({m: v for m, v in {**base, **members}.items() if v is not None})
            )
            return case(name, "jwk", text, reason, private_form, source)

        yield jwk("no kty", {"kty": None})
        yield jwk("kty EC", {"kty": "EC"}, "another kind of key")
        yield jwk("kty in lower case", {"kty": "okp"})
        yield jwk("crv Ed448", {"crv": "Ed448"}, "another kind of key")
        yield jwk("crv X25519", {"crv": "X25519"}, "another kind of key")
        yield jwk("no crv", {"crv": None})
        yield jwk("crv is no string", {"crv": ["Ed25519"]})
        yield jwk("no x", {"x": None})
        yield jwk("x is a number", {"x": 1})
        yield jwk("x is padded", {"x": x + "="}, "one spelling only")
        yield (
            jwk(
                "x in the standard alphabet",
                {"x": x.replace("_", "/").replace("-", "+")},
                "alphabet",
            )
            if set("-_") & set(x)
            else jwk("x with +", {"x": "+" + x[1:]}, "alphabet")
        )
        yield jwk("x of 31 bytes", {"x": b64url(k.public[:31])}, "length")
        yield jwk("use enc", {"use": "enc"}, "RFC 7517 section 4.2", "RFC 7517")
        yield jwk("alg ES256", {"alg": "ES256"}, "RFC 7517 section 4.4", "RFC 7517")
        yield jwk(
            "key_ops without the operation",
            {"key_ops": ["deriveBits"]},
            "RFC 7517 section 4.3",
            "RFC 7517",
        )
        yield jwk(
            "key_ops is no list", {"key_ops": "sign verify"}, "RFC 7517 section 4.3", "RFC 7517"
        )
        yield jwk("a list", "[]")
        yield jwk("null", "null")
        yield jwk("nothing", "")
        yield jwk("not JSON", compact(base)[:-1], "JSON", "RFC 8259")
        yield jwk("x twice", compact(base)[:-1] + f',"x":"{x}"}}', "duplicate member", "RFC 8259")
        yield jwk("over 8 KiB", {"pad": "a" * 8192}, "bound", "callgate's bound")
    yield case("a private key", "jwk", compact(private), "a private key where a public one belongs")
    yield case("no d", "jwk", compact(public), "no private key", True, source)
    yield case(
        "d of another key",
        "jwk",
        compact({**private, "d": b64url(other.seed)}),
        "x must belong to d",
        True,
        source,
    )
    yield case(
        "x of another key",
        "jwk",
        compact({**private, "x": b64url(other.public)}),
        "x must belong to d",
        True,
        source,
    )
    yield case("d padded", "jwk", compact({**private, "d": d + "="}), "one spelling", True, source)
    yield case(
        "d of 31 bytes",
        "jwk",
        compact({**private, "d": b64url(k.seed[:31])}),
        "length",
        True,
        source,
    )
    yield case("d is a number", "jwk", compact({**private, "d": 5}), "form", True, source)
    yield case("d twice", "jwk", compact(private)[:-1] + f',"d":"{d}"}}', "duplicate", True, source)
    yield case(
        "d twice, once escaped",
        "jwk",
        compact(private)[:-1] + f',"\\u0064":"{d}"}}',
        "duplicate",
        True,
        source,
    )
    yield case(
        "key d written with an escape",
        "jwk",
        compact(private).replace('"d"', '"\\u0064"'),
        "secrets are read where they stand",
        True,
        "callgate",
    )
    yield case(
        "value of d written with an escape",
        "jwk",
        compact(private).replace(d, f"\\u{ord(d[0]):04x}{d[1:]}"),
        "secrets are read where they stand",
        True,
        "callgate",
    )
    yield case(
        "value of d written with an escape, as many characters as a plain one",
        "jwk",
        compact(private).replace(d, "\\u0041" + "A" * 37),
        "escape",
        True,
        "callgate",
    )

    source = "RFC 7468, RFC 8410"
    for private_form, text, label in (
        (False, k.public_pem, "PUBLIC KEY"),
        (True, k.private_pem, "PRIVATE KEY"),
    ):
        body = text.split("\n")[1]
        der = base64.b64decode(body)

        def bad(name, changed, reason="form", private_form=private_form, text=text):
            assert changed != text
            return case(name, "pem", changed, reason, private_form, source)

        yield bad("nothing", "")
        yield bad("text before it", "x\n" + text)
        yield bad("a space before it", " " + text)
        yield bad("text after it", text + "x")
        yield bad("two line ends after it", text + "\n")
        yield bad("two blocks", text + text)
        yield bad("an explanatory header", text.replace("\n", "\nProc-Type: 4,ENCRYPTED\n\n", 1))
        yield bad("mixed line ends", text.replace("\n", "\r\n", 1))
        yield bad("CR only", text.replace("\n", "\r"))
        yield bad("no line end after BEGIN", text.replace("\n", "", 1))
        yield bad("broken into two lines", pem(label, der, width=32))
        yield bad("a space in the base64", text.replace(body, body[:8] + " " + body[8:]))
        yield bad(
            "padding missing or too much",
            text.replace(body, body.rstrip("=") + ("" if body.endswith("=") else "=")),
        )
        yield bad("wrong label", text.replace(label, "ED25519 KEY"))
        yield bad("END of another label", text.replace(f"END {label}", "END KEY"))
        yield bad("lower case", text.replace("BEGIN", "begin"))
        yield bad("no END", text.split("-----END")[0])
        yield bad(
            "X25519 (1.3.101.110)",
            pem(label, der.replace(b"\x2b\x65\x70", b"\x2b\x65\x6e")),
            "another algorithm",
        )
        yield bad(
            "Ed448 (1.3.101.113)",
            pem(label, der.replace(b"\x2b\x65\x70", b"\x2b\x65\x71")),
            "another algorithm",
        )
        yield bad("one byte more", pem(label, der + b"\0"), "length")
        yield bad("one byte less", pem(label, der[:-1]), "length")
        yield bad(
            "algorithm with NULL parameters",
            pem(
                label,
                der.replace(
                    b"\x30\x05\x06\x03\x2b\x65\x70", b"\x30\x07\x06\x03\x2b\x65\x70\x05\x00"
                ),
            ),
            "DER",
        )
        yield bad(
            "outer length one too large", pem(label, der[:1] + bytes([der[1] + 1]) + der[2:]), "DER"
        )
        yield bad("a NUL after it", text + "\0")
    yield case("a private block", "pem", k.private_pem, "another label", False, source)
    yield case("a public block", "pem", k.public_pem, "another label", True, source)
    yield case(
        "encrypted",
        "pem",
        k.private_pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        "encrypted keys are opened elsewhere",
        True,
        source,
    )
    v2 = (
        "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
        "oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n"
        "Z9w7lshQhqowtrbLDFw4rXAxZuE="
    )
    yield case(
        "version 2 with attributes and public key",
        "pem",
        f"-----BEGIN PRIVATE KEY-----\n{v2}\n-----END PRIVATE KEY-----\n",
        "one form only: version 1 without attributes",
        True,
        "RFC 8410 section 10.3",
    )


D = -121665 * pow(121666, P - 2, P) % P


def point(encoded):
    """Affine coordinates; only for making the forged inputs below."""
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
    return int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % L


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
            if s + times * L < 2**256:
                yield case(
                    f"{name}: S + {times} L",
                    public,
                    message,
                    r + (s + times * L).to_bytes(32, "little"),
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
        s = challenge(r, k.public, message) * scalar(k.seed) % L
        yield case(
            f"R is {name}, S made to fit",
            k.public,
            message,
            r + s.to_bytes(32, "little"),
            False,
            "small-order R",
        )
    # A of small order: R = S B verifies for every message where the order divides the challenge.
    r, s = k.public, scalar(k.seed) % L
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
        s_mixed = (s + challenge(r, public, mixed) * scalar(key("TEST 1").seed)) % L
        yield case(
            f"A is TEST 1 {name}",
            public,
            mixed,
            r + s_mixed.to_bytes(32, "little"),
            False,
            "A outside the prime-order subgroup",
        )


test_1 = point(key("TEST 1").public)
MIXED_ORDER["plus the point of order 2"] = encode(add(test_1, (0, P - 1))).hex()
MIXED_ORDER["plus a point of order 8"] = encode(
    add(test_1, point(bytes.fromhex(SMALL_ORDER["order 8, first"])))
).hex()

write(
    "keys.json",
    {
        "keys": list(key_cases()),
        "accepted": list(accepted_cases()),
        "refused": list(refused_cases()),
        "signatures": list(signature_cases()),
    },
)
