"""Proof of possession: the attested key signs what is asked for, once."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from callgate import PublicKey, canonicalize
from callgate._time import DEFAULT_WINDOW
from callgate.gateway.attest.used_once import UsedOnce
from callgate.gateway.wire.refusal import Refusal

KIND = "proof"
MAX_PROOFS = 100_000


@dataclass(frozen=True, slots=True)
class Proof:
    """A signature that verified over ``message``, which says ``timestamp`` (seconds)."""

    signature: bytes
    timestamp: int
    message: bytes


def proof_message(*, public_key: str, scope: str, timestamp: int, workload_id: str) -> bytes:
    """What is signed: the RFC 8785 form of these four members. ``timestamp``: whole seconds.

    Raises JsonError for what has no such form.
    """
    members = {
        "public_key": public_key,
        "scope": scope,
        "timestamp": timestamp,
        "workload_id": workload_id,
    }
    return canonicalize(json.dumps(members))


def check_proof(
    proof: str, key: PublicKey, message: bytes, code_name: str = "KEY_REFUSED"
) -> bytes:
    """The signature, which verified. Raises Refusal ``code_name``."""
    try:
        signature = base64.b64decode(proof, validate=True)
    except ValueError:
        signature = b""
    # Canonical base64 only, as in envelopes.
    canonical = base64.b64encode(signature).decode() == proof
    if len(signature) != 64 or not canonical or not key.verify(signature, message):
        raise Refusal(code_name)
    return signature


class SeenProofs:
    """Which proofs were used, for as long as one of that time would be fresh.

    Time never runs backwards here: what was dropped is never fresh again. Owned by the event loop.
    """

    def __init__(self, *, max_proofs: int = MAX_PROOFS) -> None:
        self._used = UsedOnce(max_proofs)
        self._latest = 0.0

    def check_fresh(self, timestamp: int, now: float) -> None:
        """Raises Refusal ``REPLAY_DETECTED`` outside the engine's window, 30 s."""
        self._latest = max(self._latest, now)
        if abs(self._latest - timestamp) > DEFAULT_WINDOW:
            raise Refusal("REPLAY_DETECTED", details={"cause": "outside_window"})

    def use(self, key: PublicKey, proof: Proof, now: float) -> dict[str, Any]:
        """Uses a fresh proof up, and returns the journal record.

        Raises Refusal ``REPLAY_DETECTED`` for one that was used or is stale by now.
        """
        self.check_fresh(proof.timestamp, now)
        self._used.drop_before(self._latest - DEFAULT_WINDOW)
        digest = hashlib.sha256(key.to_bytes() + proof.signature).hexdigest()
        if digest in self._used:
            raise Refusal("REPLAY_DETECTED", details={"cause": "already_seen"})
        if self._used.is_full:
            raise Refusal("LEDGER_FULL", retry_after=DEFAULT_WINDOW)
        self._used.add(digest, proof.timestamp)
        return _record(digest, proof.timestamp)

    def reset_clock(self) -> None:
        """The gateway's time was ahead, and no session of then is open. What was used stays so."""
        self._latest = 0.0

    def snapshot(self) -> list[dict[str, Any]]:
        """Journal records of what is still remembered."""
        self._used.drop_before(self._latest - DEFAULT_WINDOW)
        return [_record(digest, int(timestamp)) for digest, timestamp in self._used.items()]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Applies records; those of other kinds are passed over. Idempotent."""
        for record in records:
            if record.get("kind") == KIND:
                self._used.add(record["proof"], record["timestamp"])


def _record(digest: str, timestamp: int) -> dict[str, Any]:
    return {"kind": KIND, "proof": digest, "timestamp": timestamp}
