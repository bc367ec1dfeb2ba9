"""Which issuer, audience and keys the gate takes."""

from gate.scene import ISSUER, NEXT, call, envelope, token
from gate.steps import SMCP, Vectors, opening, send
from vectors import b64

vectors = Vectors()
add = vectors.add
add(
    "issuer-keys-replaced",
    SMCP + "39; callgate, concepts: issuer keys",
    send(envelope()),
    {"op": "set_issuer_keys", "issuer_keys": {"next": b64(NEXT.public)}},
    send(envelope(call(id="2")), "INVALID_TOKEN"),
    send(envelope(call(id="3"), token=token(NEXT))),
    {
        "op": "set_issuer_keys",
        "issuer_keys": {"old": b64(ISSUER.public), "next": b64(NEXT.public)},
    },
    send(envelope(call(id="4")), "INVALID_TOKEN"),
    send(envelope(call(id="5"), header={"alg": "EdDSA", "kid": "old"})),
    send(envelope(call(id="6"), header={"alg": "EdDSA", "kid": "next"}), "INVALID_TOKEN"),
)
add(
    "issuer-and-audience",
    SMCP + "59",
    opening("INVALID_TOKEN"),
    opening("INVALID_TOKEN", iss="https://issuer.example"),
    opening(iss="https://issuer.example", aud=["gate", "other"]),
    send(envelope(iss="https://issuer.example", aud="gate")),
    send(envelope(call(id="2"), iss="https://issuer.example", aud="else"), "INVALID_TOKEN"),
    open_=False,
    issuer="https://issuer.example",
    audience="gate",
)
add(
    "audience-where-none-is-expected",
    "RFC 7519 section 4.1.3",
    opening("INVALID_TOKEN", aud="gate"),
    opening("INVALID_TOKEN", aud=[]),
    opening(),
    send(envelope()),
    send(envelope(call(id="2"), aud="gate"), "INVALID_TOKEN"),
    open_=False,
)
add(
    "any-audience-by-name",
    "RFC 7519 section 4.1.3",
    opening("INVALID_TOKEN", aud=1),
    opening(aud="else"),
    send(envelope(aud=["other"])),
    send(envelope(call(id="2"))),
    open_=False,
    accept_any_audience=True,
)
