"""Judges certificate chains: the entity or SPIFFE trust domain that a chain is trusted as.

A ``TrustSnapshot`` is what is trusted now. It never changes: what changes is which snapshot is
asked. It reads no clock, no file and no network.

Example::

    snapshot = TrustSnapshot({"acme": [ca_pem]}, bundles={"mesh.example": [bundle_pem]})
    verdict = snapshot.verify([leaf_der, intermediate_der])
    if verdict:
        print(verdict.entity, verdict.valid_until)
    else:
        print(verdict.reason, verdict.where)
"""

from callgate.trust.anchor import Anchor
from callgate.trust.errors import TrustError
from callgate.trust.options import TrustOptions
from callgate.trust.reasons import REASONS, Reason
from callgate.trust.snapshot import TrustSnapshot
from callgate.trust.source import TrustSource
from callgate.trust.verdict import Verdict

__all__ = [
    "REASONS",
    "Anchor",
    "Reason",
    "TrustError",
    "TrustOptions",
    "TrustSnapshot",
    "TrustSource",
    "Verdict",
]
