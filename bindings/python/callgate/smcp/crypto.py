"""The name that programs of the published SDKs import from ``smcp.crypto`` and ``seal.crypto``."""

from callgate.smcp._key import Ed25519Key

__all__ = ["Ed25519Key"]
