"""What a JSON-RPC client is told when its attestation does not suffice."""

from __future__ import annotations

from typing import Any, Literal

from callgate.attestation._names import ATTESTATION_EXTENSION
from callgate.attestation._reasons import REASONS
from callgate.attestation._result import VerificationResult


def error_object(result: VerificationResult, era: Literal["legacy", "modern"]) -> dict[str, Any]:
    """The member ``error`` of a JSON-RPC response; ``result`` is one that was not admitted."""
    reason = REASONS[result.reason or "not_provided"]
    return {
        "code": reason.legacy_code if era == "legacy" else reason.code,
        "message": f"Attestation refused ({reason.name}): {reason.meaning}; {reason.advice}",
        "data": {"reason": reason.name, "extension": ATTESTATION_EXTENSION},
    }
