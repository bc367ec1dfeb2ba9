"""Keys that are the same in every run, and how each signs."""

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import der

CURVES = {
    "P-224": ec.SECP224R1(),
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
    "secp256k1": ec.SECP256K1(),
}
HASHES = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
EC_ALGORITHMS = {
    "sha1": "1.2.840.10045.4.1",
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
RSA_ALGORITHMS = {
    "md5": "1.2.840.113549.1.1.4",
    "sha1": "1.2.840.113549.1.1.5",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
}
SHA256 = "2.16.840.1.101.3.4.2.1"


def stream(seed):
    """Bytes without end that depend on the seed alone."""
    count = 0
    while True:
        yield from hashlib.sha512(f"{seed} {count}".encode()).digest()
        count += 1


def number(source, size):
    value = int.from_bytes(bytes(next(source) for _ in range(size // 8)), "big")
    return value | 3 << (size - 2) | 1


def is_prime(value, source):
    if any(value % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    odd, twos = value - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(24):
        x = pow(number(source, 256) % value, odd, value)
        if x in (1, value - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % value
            if x == value - 1:
                break
        else:
            return False
    return True


def rsa_key(seed, size):
    source = stream(seed)

    def prime():
        while not is_prime(value := number(source, size // 2), source) or value % 65537 == 1:
            pass
        return value

    p, q = prime(), prime()
    n, e = p * q, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, n)
    dmp1, dmq1, iqmp = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, dmp1, dmq1, iqmp, public).private_key()


class Key:
    """A key by kind ("P-256", "RSA-2048", "Ed25519", ...) and name; the same for the same two."""

    def __init__(self, name, kind="P-256"):
        seed = hashlib.sha256(f"{kind} {name}".encode()).digest()
        self.kind = kind
        if kind in CURVES:
            source = stream(seed)
            scalar = number(source, CURVES[kind].key_size - CURVES[kind].key_size % 8 - 8)
            self.private = ec.derive_private_key(scalar, CURVES[kind])
        elif kind == "Ed25519":
            self.private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        elif kind == "Ed448":
            self.private = ed448.Ed448PrivateKey.from_private_bytes((seed + seed)[:57])
        else:
            self.private = rsa_key(seed, int(kind.removeprefix("RSA-")))
        public = self.private.public_key()
        self.spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def spki_sha256(self):
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def key_id(self):
        return hashlib.sha256(self.spki).digest()[:20]

    def algorithm(self, digest):
        if self.kind in CURVES:
            return der.sequence(der.oid(EC_ALGORITHMS[digest]))
        if self.kind == "Ed25519":
            return der.sequence(der.oid("1.3.101.112"))
        if self.kind == "Ed448":
            return der.sequence(der.oid("1.3.101.113"))
        if digest == "pss":
            sha256 = der.sequence(der.oid(SHA256))
            mask = der.sequence(der.oid("1.2.840.113549.1.1.8"), sha256)
            parameters = der.sequence(
                der.tlv(0xA0, sha256), der.tlv(0xA1, mask), der.tlv(0xA2, der.integer(0))
            )
            return der.sequence(der.oid("1.2.840.113549.1.1.10"), parameters)
        if digest == "pss-sha1":
            return der.sequence(der.oid("1.2.840.113549.1.1.10"), der.sequence())
        return der.sequence(der.oid(RSA_ALGORITHMS[digest]), b"\x05\x00")

    def sign(self, message, digest):
        if self.kind in CURVES:
            how = ec.ECDSA(HASHES[digest], deterministic_signing=True)
            return self.private.sign(message, how)
        if self.kind.startswith("Ed"):
            return self.private.sign(message)
        if digest == "pss":  # without salt, so that it is the same in every run
            how = padding.PSS(padding.MGF1(hashes.SHA256()), 0)
            return self.private.sign(message, how, hashes.SHA256())
        if digest == "pss-sha1":  # the parameters in full are salt 20; a signature is not looked at
            return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(message, padding.PKCS1v15(), HASHES[digest])


class PublicOnly:
    """A key that nothing is signed with, by the SubjectPublicKeyInfo alone."""

    def __init__(self, spki):
        self.spki = spki

    @property
    def key_id(self):
        return hashlib.sha256(self.spki).digest()[:20]


def rsa_of_16384_bits():
    modulus = number(stream("16384"), 16384)
    key = der.sequence(der.integer(modulus), der.integer(65537))
    algorithm = der.sequence(der.oid("1.2.840.113549.1.1.1"), b"\x05\x00")
    return PublicOnly(der.sequence(algorithm, der.bits(key)))


def p256_spelt_out(key):
    """The public key of `key` with the parameters of its curve instead of their name."""
    p = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    x = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
    n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    parameters = der.sequence(
        der.integer(1),
        der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(p)),
        der.sequence(der.octets((p - 3).to_bytes(32, "big")), der.octets(b.to_bytes(32, "big"))),
        der.octets(b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")),
        der.integer(n),
        der.integer(1),
    )
    algorithm = der.sequence(der.oid("1.2.840.10045.2.1"), parameters)
    return PublicOnly(der.sequence(algorithm, der.bits(key.spki[-65:])))


class Encoded:
    """`key` under another SubjectPublicKeyInfo; it signs as before."""

    def __init__(self, key, spki):
        self.kind, self.algorithm, self.sign = key.kind, key.algorithm, key.sign
        self.spki = spki

    @property
    def spki_sha256(self):
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def key_id(self):
        return hashlib.sha256(self.spki).digest()[:20]


def _spki(algorithm, parameters, key):
    return der.sequence(der.sequence(der.oid(algorithm), parameters), der.bits(key))


def other_encodings(label):
    """By title: keys in encodings that libcrypto reads, or once read, as the same key."""
    ec_key, rsa_key_, edwards = Key(label), Key(label, "RSA-2048"), Key(label, "Ed25519")
    x, y = ec_key.spki[-64:-32], ec_key.spki[-32:]
    odd = y[-1] & 1
    public, p256 = "1.2.840.10045.2.1", der.oid("1.2.840.10045.3.1.7")
    numbers = rsa_key_.private.public_key().public_numbers()
    modulus, exponent = numbers.n.to_bytes(256, "big"), der.integer(numbers.e)
    pair = der.sequence(der.integer(numbers.n), exponent)
    rsa_encryption, null = "1.2.840.113549.1.1.1", b"\x05\x00"
    raw = edwards.spki[-32:]
    forms = {
        "a compressed point": (ec_key, _spki(public, p256, bytes([2 | odd]) + x)),
        "a hybrid point": (ec_key, _spki(public, p256, bytes([6 | odd]) + x + y)),
        "a curve that is not named": (ec_key, _spki(public, null, b"\x04" + x + y)),
        "RSA without NULL": (rsa_key_, _spki(rsa_encryption, b"", pair)),
        "RSA with other parameters": (rsa_key_, _spki(rsa_encryption, der.sequence(), pair)),
        "a negative RSA modulus": (
            rsa_key_,
            _spki(rsa_encryption, null, der.sequence(der.tlv(2, modulus), exponent)),
        ),
        "an RSA modulus with two zeros": (
            rsa_key_,
            _spki(rsa_encryption, null, der.sequence(der.tlv(2, b"\0\0" + modulus), exponent)),
        ),
        "an RSA key in an indefinite length": (
            rsa_key_,
            _spki(rsa_encryption, null, b"\x30\x80" + pair[4:] + b"\0\0"),
        ),
        "a byte after an RSA key": (rsa_key_, _spki(rsa_encryption, null, pair + b"\0")),
        "an RSA key for RSASSA-PSS": (rsa_key_, _spki("1.2.840.113549.1.1.10", b"", pair)),
        "Ed25519 with NULL": (edwards, _spki("1.3.101.112", null, raw)),
        "Ed25519 that is not reduced": (
            edwards,
            _spki("1.3.101.112", b"", b"\xee" + b"\xff" * 30 + b"\x7f"),
        ),
    }
    return {title: Encoded(key, spki) for title, (key, spki) in forms.items()}
