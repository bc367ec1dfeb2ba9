"""EndRequest: the body with which an agent ends its own session, and what its key signs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from callgate import canonicalize
from callgate.gateway.attest.members import read_members
from callgate.gateway.wire.refusal import Refusal

_READ: Final = {"session_id": str, "proof": str, "proof_timestamp": int}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRequest:
    """Which session is to end, and the proof that its key says so. Nothing of it is verified."""

    session_id: str
    proof: str
    proof_timestamp: int  # seconds since 1970

    @classmethod
    def parse(cls, body: bytes) -> EndRequest:
        """Strict JSON with exactly these members. Raises Refusal ``INVALID_ENVELOPE``, as of
        AttestRequest."""
        members = read_members(body, _READ, _refusal)
        for name in _READ:
            if name not in members:
                raise _refusal(f"{name} is missing")
        return cls(**members)

    @property
    def message(self) -> bytes:
        """What is signed: the RFC 8785 form of ``end_session`` and ``timestamp``.

        No other message of the protocol has a member ``end_session``.
        """
        members = {"end_session": self.session_id, "timestamp": self.proof_timestamp}
        return canonicalize(json.dumps(members))


def _refusal(fault: str) -> Refusal:
    return Refusal("INVALID_ENVELOPE", f"the body is no request to end a session: {fault}")
