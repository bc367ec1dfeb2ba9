"""What the generators of the vector files share: fixed keys, independent signing, and output.

The files are facts that every language runs; these scripts only say how the facts were made, with
`cryptography` (OpenSSL) as the independent implementation. They are not part of the tests.
"""

import base64
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

FOLDER = pathlib.Path(__file__).resolve().parent.parent

# RFC 8032 section 7.1, by the names given there.
RFC8032_SEEDS = {
    "TEST 1": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "TEST 2": "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "TEST 3": "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "TEST SHA(abc)": "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
}
# The order of the base point of edwards25519, L in RFC 8032.
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


class Key:
    def __init__(self, seed_hex):
        self.seed = bytes.fromhex(seed_hex)
        self._key = Ed25519PrivateKey.from_private_bytes(self.seed)
        public = self._key.public_key()
        self.public = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public_pem = public.public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        ).decode()
        self.private_pem = self._key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode()

    def sign(self, message):
        return self._key.sign(message)


def key(name):
    return Key(RFC8032_SEEDS[name])


def b64(data):
    return base64.b64encode(data).decode()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


class Number(str):
    """The digits of a JSON number as its source wrote them."""


def lexical(value, utf16=False):
    """The form that SDKs sign: compact, keys sorted, numbers as written. An independent writer."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        order = (lambda k: k.encode("utf-16-be")) if utf16 else (lambda k: k)
        members = (f"{lexical(k)}:{lexical(value[k], utf16)}" for k in sorted(value, key=order))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(lexical(v, utf16) for v in value) + "]"
    return json.dumps(value)


def read_lexical(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def write(name, content):
    for part in content.values():
        names = [case["name"] for case in part] if isinstance(part, list) else []
        assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
    text = json.dumps(content, indent=1, ensure_ascii=True)
    (FOLDER / name).write_text(text + "\n")
    print(name, {part: len(cases) for part, cases in content.items() if isinstance(cases, list)})
