"""The names that published programs import from ``smcp.envelope`` and ``seal.envelope``."""

from callgate.smcp._envelope import (
    create_canonical_message,
    create_seal_envelope,
    create_smcp_envelope,
)
from callgate.smcp._timestamp import parse_iso8601_to_unix

__all__ = [
    "create_canonical_message",
    "create_seal_envelope",
    "create_smcp_envelope",
    "parse_iso8601_to_unix",
]
