"""The names that programs of the published SDKs import from ``smcp.client`` and ``seal.client``."""

from callgate.smcp._attestation_result import AttestationResult
from callgate.smcp._client import SEALClient, SMCPClient
from callgate.smcp.errors import SEALError, SMCPError

__all__ = ["AttestationResult", "SEALClient", "SEALError", "SMCPClient", "SMCPError"]
