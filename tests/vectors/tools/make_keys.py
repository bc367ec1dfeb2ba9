"""Writes keys.json."""

from keys import base64_text, jwk, known, pem, points, signatures
from vectors import write

write(
    "keys.json",
    {
        "keys": list(known.key_cases()),
        "accepted": [*jwk.accepted_cases(), *pem.accepted_cases()],
        "refused": [
            *points.refused_cases(),
            *base64_text.refused_cases(),
            *jwk.refused_cases(),
            *pem.refused_cases(),
        ],
        "signatures": list(signatures.signature_cases()),
    },
)
