"""What signs security tokens: one kind of key a file."""

from callgate.gateway.issuer.signers.signer import Signer

__all__ = ["Signer"]
