"""SeenTokens: attestation tokens that opened or renewed a session, until they have expired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from callgate.attestation.telemetry import events
from callgate.gateway.attest.used_once import UsedOnce
from callgate.gateway.attestation.tokens import VerifiedToken
from callgate.gateway.wire.refusal import Refusal

KIND: Final = "attestation_token"
MAX_TOKENS: Final = 100_000


class SeenTokens:
    """A token is used when its session is durable; a failure before that burns nothing.

    Owned by the event loop.
    """

    def __init__(self, *, max_tokens: int = MAX_TOKENS) -> None:
        self._used: Final = UsedOnce(max_tokens)
        self._latest = 0.0

    def check(self, token: VerifiedToken, now: float) -> None:
        """Raises Refusal: ``WORKLOAD_VERIFICATION_FAILED`` for a used one, ``LEDGER_FULL``."""
        self._latest = max(self._latest, now)
        self._used.drop_before(self._latest)
        if token.replay_key in self._used:
            events.replay_detected(issuer=token.agent.issuer, jti=token.agent.token_id)
            details = {"cause": "attestation.replay"}
            raise Refusal("WORKLOAD_VERIFICATION_FAILED", details=details)
        if self._used.is_full:
            raise Refusal("LEDGER_FULL", retry_after=60)

    def use(self, token: VerifiedToken, now: float) -> dict[str, Any]:
        """Uses it up, and returns the journal record. Raises as ``check``."""
        self.check(token, now)
        self._used.add(token.replay_key, token.replay_until)
        return _record(token.replay_key, token.replay_until)

    def release(self, token: VerifiedToken) -> None:
        """What it was used for did not become durable."""
        self._used.discard(token.replay_key)

    def snapshot(self) -> list[dict[str, Any]]:
        """Journal records of what is still remembered."""
        self._used.drop_before(self._latest)
        return [_record(key, until) for key, until in self._used.items()]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Applies records; those of other kinds are passed over. Idempotent."""
        for record in records:
            if record.get("kind") == KIND:
                self._used.add(record["token"], record["until"])


def _record(key: str, until: float) -> dict[str, Any]:
    return {"kind": KIND, "token": key, "until": until}
