"""The token in an envelope: its header, its signature, its claims."""

from gate.scene import AGENT, HOUR, ISSUER, NOON, OTHER, envelope, jkt, token
from gate.steps import SMCP, Vectors, opening, renewal, send
from vectors import b64url, compact

vectors = Vectors()
add, refused = vectors.add, vectors.refused
for name, header in {
    "alg-none": {"alg": "none"},
    "alg-none-cased": {"alg": "nOnE"},
    "alg-hs256": {"alg": "HS256", "typ": "JWT"},
    "alg-rs256": {"alg": "RS256", "typ": "JWT"},
    "alg-list": {"alg": ["EdDSA"]},
    "jwk": {"alg": "EdDSA", "jwk": {"kty": "OKP"}},
    "jku": {"alg": "EdDSA", "jku": "https://evil.example"},
    "crit": {"alg": "EdDSA", "crit": ["b64"], "b64": False},
    "typ": {"alg": "EdDSA", "typ": "at+jwt"},
    "kid": {"alg": "EdDSA", "kid": "../../k"},
}.items():
    refused("token-" + name, SMCP + "38, 39", envelope(header=header), "INVALID_TOKEN")
plain = token()
for name, text in {
    "two-parts": plain.rsplit(".", 1)[0],
    "four-parts": plain + ".x",
    "empty-signature": plain.rsplit(".", 1)[0] + ".",
    "padded": plain + "==",
    "not-a-token": "x",
}.items():
    refused("token-" + name, SMCP + "40", envelope(token=text), "INVALID_TOKEN")
refused("token-of-another-issuer", SMCP + "38", envelope(token=token(OTHER)), "INVALID_TOKEN")
add(
    "token-expires",
    SMCP + "42",
    send(envelope(at=HOUR * 1000 - 1), now=HOUR * 1000 - 1),
    send(envelope(at=HOUR * 1000), "EXPIRED_TOKEN", now=HOUR * 1000),
)
add(
    "token-leeway",
    SMCP + "42",
    send(envelope(at=HOUR * 1000 + 4999), now=HOUR * 1000 + 4999),
    send(envelope(at=HOUR * 1000 + 5000), "EXPIRED_TOKEN", now=HOUR * 1000 + 5000),
    leeway=5,
)
for name, claims, code in (
    ("exp-passed", {"exp": -1}, "EXPIRED_TOKEN"),
    ("exp-missing", {"exp_": 1}, "INVALID_TOKEN"),
    ("iat-ahead", {"iat": 31, "exp": HOUR}, "INVALID_TOKEN"),
    ("nbf-ahead", {"nbf": NOON // 1000 + 1}, "INVALID_TOKEN"),
    ("too-long", {"exp": 25 * HOUR}, "INVALID_TOKEN"),
    ("jti-missing", {"id": None}, "INVALID_TOKEN"),
    ("scp-missing", {"scp": None}, "INVALID_TOKEN"),
    ("sub-missing", {"sub": None}, "INVALID_TOKEN"),
):
    if name == "exp-missing":
        body = {"jti": "session-1", "sub": "agent-7", "scp": "default", "iat": NOON // 1000}
        text = b64url(b'{"alg":"EdDSA"}') + "." + b64url(compact(body).encode())
        bytes_ = envelope(token=text + "." + b64url(ISSUER.sign(text.encode())))
    else:
        bytes_ = envelope(**claims)
    refused("claims-" + name, SMCP + "43", bytes_, code)
refused("claims-other-sub", SMCP + "44", envelope(sub="agent-8"), "INVALID_TOKEN")
refused("claims-other-scp", SMCP + "44, 52", envelope(scp="narrow"), "INVALID_TOKEN")
refused("claims-unknown-session", SMCP + "44", envelope(id="session-2"), "UNKNOWN_SESSION")
refused("claims-other-cnf", SMCP + "44", envelope(cnf={"jkt": jkt(OTHER)}), "INVALID_TOKEN")
add(
    "claims-cnf-dropped",
    SMCP + "44, 45",
    opening(cnf={"jkt": jkt(AGENT)}),
    send(envelope(cnf={"jkt": jkt(AGENT)})),
    send(envelope(), "INVALID_TOKEN"),
    renewal("INVALID_TOKEN", exp=2 * HOUR),
    open_=False,
)
add(
    "claims-session-of-another-agent",
    SMCP + "44",
    opening(id="session-2", sub="agent-8", public_key=OTHER),
    send(envelope(id="session-2", sub="agent-8"), "INVALID_SIGNATURE"),
    send(envelope(signer=OTHER), "INVALID_SIGNATURE"),
    send(envelope(signer=OTHER, id="session-2", sub="agent-8")),
)
refused("stolen-token", SMCP + "46", envelope(signer=OTHER), "INVALID_SIGNATURE")
