"""What a used token is remembered by, and for how long."""

from __future__ import annotations

import hashlib
import re
from typing import Final

# Clocks of hosts may differ by this much without a used token being forgotten early.
MARGIN_MS: Final = 60_000
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def claim_key(jti: str) -> str:
    """The digest that a verifier passes, unchanged; for any other text its SHA-256, in hex."""
    if _DIGEST.fullmatch(jti):
        return jti
    return hashlib.sha256(jti.encode("utf-8", "surrogatepass")).hexdigest()
