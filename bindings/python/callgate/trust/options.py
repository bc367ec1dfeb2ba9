"""TrustOptions: what may be judged less or more strictly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrustOptions:
    """How chains are judged, where a deployment differs."""

    # Seconds, 0 to 60: how far before its notBefore a certificate already counts. It never counts
    # beyond its notAfter.
    not_before_skew: int = 0
    # A leaf must have extendedKeyUsage. Without it, absence allows every use (RFC 5280, 4.2.1.12).
    require_eku: bool = False
    # A leaf whose extendedKeyUsage has anyExtendedKeyUsage without clientAuth is accepted.
    accept_any_eku: bool = False
