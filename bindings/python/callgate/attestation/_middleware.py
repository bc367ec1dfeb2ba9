"""AttestationMiddleware: the server's side of the handshake, without an SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callgate import CallgateError
from callgate._json import encode
from callgate._types import Instant
from callgate.attestation._capability import ServerAttestationCapability, with_capability
from callgate.attestation._context import AttestationContext
from callgate.attestation._engine import AttestedMessage, read_attested_message
from callgate.attestation._names import VerificationPolicy
from callgate.attestation._reasons import REASONS, error_object
from callgate.attestation._result import VerificationResult
from callgate.attestation._verifier import AttestationVerifier


@dataclass(frozen=True, slots=True)
class InitializeResult:
    """What came of an ``initialize``. Go on only where ``should_proceed`` is true."""

    should_proceed: bool
    verification: VerificationResult
    context: AttestationContext | None  # None where it should not proceed
    response_capability: ServerAttestationCapability
    error_response: dict[str, Any] | None  # the JSON-RPC response to send where it should not


class AttestationMiddleware:
    """Verifies ``initialize`` of protocol versions up to 2025-11-25.

    The verifier's policy decides, and ``capability`` only says it to clients: one that says
    otherwise is refused. Servers of an MCP SDK use callgate.attestation.mcp_server.
    """

    def __init__(
        self, verifier: AttestationVerifier, capability: ServerAttestationCapability | None = None
    ) -> None:
        """Raises CallgateError where the two policies differ."""
        if capability is None:
            capability = ServerAttestationCapability(policy=verifier.policy)
        said = VerificationPolicy(capability.policy)
        if said is not verifier.policy:
            message = (
                f"the capability says {said}, and the verifier's policy is {verifier.policy}: the "
                "verifier decides, so give the capability its policy"
            )
            raise CallgateError(message, "INVALID_ARGUMENT", "capability")
        self.verifier = verifier
        self.capability = capability

    async def process_initialize(
        self,
        params: Mapping[str, Any] | None,
        *,
        request_id: str | int | None = None,
        now: Instant | None = None,
    ) -> InitializeResult:
        """Verifies what the parameters of ``initialize`` carry. Nothing in them raises."""
        try:
            message = read_initialize(params)
        except (CallgateError, TypeError, ValueError):
            result = self.verifier.refuse("malformed", now=now)
        else:
            result = await self.verifier.verify_message(message, now=now)
        return InitializeResult(
            should_proceed=result.admitted,
            verification=result,
            context=AttestationContext(result) if result.admitted else None,
            response_capability=self.capability.with_verification_result(result),
            error_response=None if result.admitted else _error_response(result, request_id),
        )

    def get_response_capabilities(self, result: InitializeResult) -> dict[str, Any]:
        """What belongs into ``capabilities`` of the response."""
        return with_capability({}, result.response_capability.to_dict())


def _error_response(result: VerificationResult, request_id: str | int | None) -> dict[str, Any]:
    reason = REASONS[result.reason or "not_provided"]
    return {"jsonrpc": "2.0", "id": request_id, "error": error_object(reason, "legacy")}


def read_initialize(params: Mapping[str, Any] | None) -> AttestedMessage:
    """Raises CallgateError for a capability of the wrong form, TypeError and ValueError for what
    is not JSON.
    """
    request = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
    if params is None:
        del request["params"]
    return read_attested_message(encode(request))


def extract_attestation_from_request(params: Mapping[str, Any] | None) -> str | None:
    """The token of ``initialize``, unverified; None where there is none.

    Raises CallgateError, with the place, where something else stands for it.
    """
    message = read_initialize(params)
    if message.carrier_fault is not None:
        fault = "a token is a string, in an object"
        raise CallgateError(fault, "INVALID_ENVELOPE", message.carrier_fault)
    return message.token


def inject_attestation_into_response(
    response: Mapping[str, Any], capability: ServerAttestationCapability
) -> dict[str, Any]:
    """A copy of the result of ``initialize`` that tells the client of its attestation."""
    capabilities = response.get("capabilities")
    own = capabilities if isinstance(capabilities, Mapping) else {}
    return {**response, "capabilities": with_capability(own, capability.to_dict())}
