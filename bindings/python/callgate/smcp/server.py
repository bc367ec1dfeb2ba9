"""The names that programs of the published SDKs import from ``smcp.server`` and ``seal.server``."""

from callgate.smcp._envelope import verify_seal_envelope, verify_smcp_envelope
from callgate.smcp.errors import SEALError, SMCPError

__all__ = ["SEALError", "SMCPError", "verify_seal_envelope", "verify_smcp_envelope"]
