"""Token and proof in a message: the last thing that is done before it is written."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from callgate.attestation._capability import ClientAttestationCapability, with_capability
from callgate.attestation._carrier import object_of
from callgate.attestation._engine import Era, attestation_request_hash, issue_request_proof
from callgate.attestation._names import ATTESTATION_EXTENSION
from callgate.attestation.signing.source import HeldToken

PROTOCOL_VERSION_META: Final = "io.modelcontextprotocol/protocolVersion"


class MessageSigner:
    """Attests messages for one audience."""

    def __init__(self, audience: str, clock: Callable[[], float] = time.time) -> None:
        self._audience = audience
        self._clock = clock

    def handshake(self, message: Mapping[str, Any], held: HeldToken) -> dict[str, Any]:
        """An ``initialize`` with what the legacy era carries."""
        params = object_of(message.get("params"))
        capabilities = object_of(params.get("capabilities"))

        def with_proof(proof: str | None) -> dict[str, Any]:
            carrier = ClientAttestationCapability(held.token, proof=proof).to_dict()
            return {**params, "capabilities": with_capability(capabilities, carrier)}

        return self._signed(message, held, "legacy", with_proof)

    def request(self, message: Mapping[str, Any], held: HeldToken) -> dict[str, Any]:
        """A request or notification with what the modern era carries.

        Raises CallgateError, with the place, for a number that cannot be proven (RFC 8785).
        """
        params = object_of(message.get("params"))
        meta = object_of(params.get("_meta"))

        def with_proof(proof: str | None) -> dict[str, Any]:
            carrier = {"token": held.token, **({} if proof is None else {"proof": proof})}
            return {**params, "_meta": {**meta, ATTESTATION_EXTENSION: carrier}}

        return self._signed(message, held, "modern", with_proof)

    def proof(self, held: HeldToken, method: str, request_hash: bytes) -> str:
        """A proof of the token's key for one request. The token must have one."""
        assert held.key is not None
        return issue_request_proof(
            held.token,
            self._audience,
            method,
            request_hash,
            held.key,
            int(self._clock() * 1000),
        )

    def _signed(
        self,
        message: Mapping[str, Any],
        held: HeldToken,
        era: Era,
        with_proof: Callable[[str | None], dict[str, Any]],
    ) -> dict[str, Any]:
        # The hash leaves the carrier out, and is of the objects around it as they are sent.
        params = with_proof(None)
        if held.key is not None:
            request_hash = attestation_request_hash(json.dumps(params).encode(), era)
            params = with_proof(self.proof(held, str(message["method"]), request_hash))
        return {**message, "params": params}
