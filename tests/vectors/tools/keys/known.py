"""Known keys in all their forms."""

import hashlib

from vectors import RFC8032_SEEDS, Key, b64, b64url, compact

RFC8410_SEED = "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"


def thumbprint(public):
    jwk = compact({"crv": "Ed25519", "kty": "OKP", "x": b64url(public)})
    return b64url(hashlib.sha256(jwk.encode()).digest())


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
