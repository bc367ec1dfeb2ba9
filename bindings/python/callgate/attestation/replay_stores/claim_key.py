"""What a used token is remembered by, and for how long."""

from __future__ import annotations

import hashlib
import re
from typing import Final

# Clocks of hosts may differ by so much, and no used token is forgotten early.
MARGIN_MS: Final = 60_000
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def claim_key(jti: str) -> str:
    """A claim's key, as verifiers pass it, is taken as it is; of anything else, the SHA-256."""
    if _DIGEST.fullmatch(jti):
        return jti
    return hashlib.sha256(jti.encode("utf-8", "surrogatepass")).hexdigest()
