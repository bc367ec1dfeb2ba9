"""Why an envelope does not verify, in the sentences of the published SDKs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from callgate import CallgateError
from callgate._error_codes import NUMBERS
from callgate._generations import Protocol
from callgate.smcp.errors import VerificationError

_SENTENCES: Final = {
    "INVALID_SIGNATURE": "Ed25519 signature verification failed.",
    "KEY_REFUSED": "Invalid Ed25519 public key bytes provided by server configuration.",
}
# For a member that is present and wrong.
_MEMBERS: Final = {
    "signature": "Invalid base64 encoding for 'signature'.",
    "timestamp": "Invalid 'timestamp' format. Expected ISO 8601.",
}


def refused_by_engine(
    error: CallgateError, envelope: Mapping[str, Any] | str | bytes, protocol: Protocol
) -> VerificationError:
    """What the engine says stays the cause; where no sentence is published, it is the message."""
    sentence = _SENTENCES.get(error.code_name)
    if sentence is None:
        member = (error.where or "").removeprefix("/")
        if member == "protocol":
            return wrong_protocol(protocol)
        if member in ("security_token", "signature", "payload", "timestamp"):
            is_missing = not _members(envelope).get(member)
            sentence = f"Missing '{member}' field." if is_missing else _MEMBERS.get(member)
    return _error(protocol, error.code_name, sentence or str(error))


def wrong_protocol(protocol: Protocol) -> VerificationError:
    """None, an unknown one, or the other one."""
    message = f"Missing or invalid 'protocol' field. Expected '{protocol}'."
    return _error(protocol, "INVALID_ENVELOPE", message)


def no_canonical_form(reason: str, protocol: Protocol) -> VerificationError:
    """A mapping that is no JSON."""
    message = f"Failed to construct canonical message: {reason}"
    return _error(protocol, "INVALID_ENVELOPE", message)


def outside_window(max_age_seconds: float, protocol: Protocol) -> VerificationError:
    """Too old, or too far ahead."""
    message = f"Envelope timestamp is outside the allowed ±{max_age_seconds}s window."
    return _error(protocol, "REPLAY_DETECTED", message)


def _members(envelope: Mapping[str, Any] | str | bytes) -> Mapping[str, Any]:
    if isinstance(envelope, Mapping):
        return envelope
    # The engine has found one member wrong, so the text is JSON, and no deeper than it reads.
    members: dict[str, Any] = json.loads(envelope)
    return members


def _error(protocol: Protocol, code_name: str, message: str) -> VerificationError:
    return VerificationError(message, NUMBERS[protocol][code_name], code_name=code_name)
