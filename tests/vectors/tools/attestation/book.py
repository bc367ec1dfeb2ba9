"""The issuers, the server and the agent of the vectors, and the book that the cases are added to.

Tokens and proofs are put together here and signed by OpenSSL, through `cryptography`.
"""

import base64
import hashlib

from vectors import GROUP_ORDER, Key, b64, b64url, compact

NOW = 1796083200  # 2026-12-01T00:00:00Z
NOW_MS = NOW * 1000
ISSUER = "https://issuer.example"
OTHER = "https://other.example"
SERVER = "https://server.example"
KID = "key-1"
JTI = "0a1b2c3d-0000-4000-8000-000000000001"
SUBJECT = "spiffe://acme.example/model/m1"
METHOD = "tools/call"
EMPTY_HASH = hashlib.sha256(b"{}").digest()

ISSUER_KEY = Key("11" * 32)
OTHER_KEY = Key("22" * 32)
AGENT_KEY = Key("33" * 32)
STRANGER_KEY = Key("44" * 32)

HEADER = {"alg": "EdDSA", "kid": KID, "typ": "JWT"}
IDENTITY = {"model_family": "m", "model_version": "m1", "provider": "acme"}
METADATA = {
    "attestation_version": "0.1.0",
    "attestation_type": "provider",
    "safety_level": "standard",
    "capabilities_declared": ["tool_use"],
}
CLAIMS = {
    "iss": ISSUER,
    "sub": SUBJECT,
    "aud": SERVER,
    "iat": NOW - 5,
    "nbf": NOW - 5,
    "exp": NOW + 295,
    "jti": JTI,
    "agent_identity": IDENTITY,
    "attestation_metadata": METADATA,
}
PROOF_HEADER = {"alg": "EdDSA", "typ": "mcp-request-proof+jwt"}
DEFAULT_TRUST = {"issuers": [{"issuer": ISSUER, "keys": [[KID, b64(ISSUER_KEY.public)]]}]}


def jwk(key, **more):
    return {"crv": "Ed25519", "kty": "OKP", "x": b64url(key.public), **more}


def jkt(key):
    return hashlib.sha256(compact(jwk(key)).encode()).digest()


def claims(**changes):
    """CLAIMS with these members; `...` leaves one out."""
    return {name: v for name, v in {**CLAIMS, **changes}.items() if v is not ...}


def identity(**changes):
    merged = {**IDENTITY, **changes}
    return claims(agent_identity={name: v for name, v in merged.items() if v is not ...})


def metadata(**changes):
    merged = {**METADATA, **changes}
    return claims(attestation_metadata={name: v for name, v in merged.items() if v is not ...})


def bound(**changes):
    return claims(cnf={"jwk": jwk(AGENT_KEY)}, **changes)


def as_bytes(value):
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else compact(value)).encode()


def raw(name, literal, of=None):
    """The text of CLAIMS with the text of one claim given, which json.dumps would not write so."""
    return compact({**(of or CLAIMS), name: "@"}).replace('"@"', literal)


def signing_input(payload, header=HEADER):
    return b64url(as_bytes(header)) + "." + b64url(as_bytes(payload))


def token(payload=CLAIMS, header=HEADER, key=ISSUER_KEY):
    text = signing_input(payload, header)
    return text + "." + b64url(key.sign(text.encode()))


def proof(of, header=PROOF_HEADER, key=AGENT_KEY, **changes):
    """The proof for a token; `...` leaves a claim out."""
    payload = {
        "ath": b64url(hashlib.sha256(of.encode()).digest()),
        "aud": SERVER,
        "iat": NOW,
        "jti": "proof-1",
        "mth": METHOD,
        "rqh": b64url(EMPTY_HASH),
        **changes,
    }
    return token({name: v for name, v in payload.items() if v is not ...}, header, key)


def malleable(text):
    """The token with S + L for S, which some verifiers take."""
    head, _, tail = text.rpartition(".")
    signature = base64.urlsafe_b64decode(tail + "==")
    s = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    return head + "." + b64url(signature[:32] + s.to_bytes(32, "little"))


def digest(tag, *parts):
    """What replay claims are made of."""
    message = f"callgate.attestation.{tag}".encode()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        message += len(data).to_bytes(4, "big") + data
    return hashlib.sha256(message).hexdigest()


def token_claim(payload, skew=30):
    return {
        "replay_key": digest("token", payload["iss"], payload["jti"]),
        "replay_bucket": digest("issuer", payload["iss"]),
        "replay_expires_at_ms": (payload["exp"] + skew) * 1000,
    }


def proof_claim(jti="proof-1", iat=NOW, skew=30, key=AGENT_KEY):
    return {
        "replay_key": digest("proof", jkt(key), jti),
        "replay_bucket": digest("key", jkt(key)),
        "replay_expires_at_ms": (iat + 60 + skew) * 1000,
    }


class Book:
    """The lists of the file."""

    def __init__(self):
        self.trusts = {"default": DEFAULT_TRUST}
        self.verdicts = []
        self.sequences = []
        self.messages = []
        self.hashes = []
        self.jwks = []
        self.issued = []
        self.reasons = []

    def trust(self, name, issuer=None, more=(), **options):
        """A trust whose first issuer is the default one with these fields."""
        issuers = [{**DEFAULT_TRUST["issuers"][0], **(issuer or {})}, *more]
        self.trusts[name] = {"issuers": issuers, **options}
        return name

    def _case(self, name, source, text, trust, now_ms, expect, use):
        case = {"name": name, "source": source, "trust": trust, "now_ms": now_ms}
        if isinstance(text, bytes):
            case["token_hex"] = text.hex()
        else:
            case["token"] = text
        case.update(use)
        case["verdict"] = expect
        self.verdicts.append(case)

    def bad(
        self,
        name,
        source,
        text,
        reason,
        where,
        *,
        trust="default",
        now_ms=NOW_MS,
        admitted=False,
        needs_key=None,
        **use,
    ):
        expect = {"verified": False, "admitted": admitted, "reason": reason, "where": where}
        if needs_key:
            expect["needs_key"] = True
            expect["issuer"], expect["key_id"] = needs_key
        self._case(name, source, text, trust, now_ms, expect, use)

    def good(
        self,
        name,
        source,
        text,
        payload=CLAIMS,
        *,
        trust="default",
        now_ms=NOW_MS,
        level="provider",
        key_id=KID,
        skew=30,
        audience_checked=True,
        replay=None,
        **use,
    ):
        """`replay`: of a proof; else the token is a bearer, or proven by the host."""
        proven = replay is not None or ("proven_key" in use and "cnf" in payload)
        expect = {
            "verified": True,
            "admitted": True,
            "issuer": payload["iss"],
            "key_id": key_id,
            "subject": payload["sub"],
            "token_id": payload["jti"],
            "trust_level": level,
            "audience_checked": audience_checked,
            "proven": proven,
            "expires_at_ms": payload["exp"] * 1000,
            **(replay or token_claim(payload, skew)),
        }
        if "cnf" in payload:
            expect["confirmation_jkt"] = b64url(jkt(AGENT_KEY))
        self._case(name, source, text, trust, now_ms, expect, use)

    def good_claims(self, name, source, payload, **more):
        self.good(name, source, token(payload), payload, **more)

    def bad_claims(self, name, source, payload, reason, where, **more):
        self.bad(name, source, token(payload), reason, where, **more)

    def proven(self, name, source, payload=None, made=None, **more):
        """A token with its proof, taken in the modern era."""
        payload = payload or bound()
        text = token(payload)
        self.good(
            name,
            source,
            text,
            payload,
            proof=made or proof(text),
            method=METHOD,
            request_hash_hex=EMPTY_HASH.hex(),
            replay=more.pop("replay", proof_claim()),
            era=more.pop("era", "modern"),
            **more,
        )

    def unproven(self, name, source, made, where, payload=None, **more):
        self.bad(
            name,
            source,
            token(payload or bound()),
            "proof",
            where,
            proof=made,
            method=more.pop("method", METHOD),
            request_hash_hex=more.pop("request_hash_hex", EMPTY_HASH.hex()),
            era=more.pop("era", "modern"),
            **more,
        )

    def content(self):
        return {
            "trusts": self.trusts,
            "reasons": self.reasons,
            "verdicts": self.verdicts,
            "sequences": self.sequences,
            "messages": self.messages,
            "hashes": self.hashes,
            "jwks": self.jwks,
            "issued": self.issued,
        }
