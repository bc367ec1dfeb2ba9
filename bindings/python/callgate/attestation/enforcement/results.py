"""Adds to a server's results what was verified and what is required, and lists only the tools that
the caller may call."""

from __future__ import annotations

import json
from typing import Any, Final

from callgate.attestation._capability import ServerAttestationCapability, with_capability
from callgate.attestation._carrier import object_of
from callgate.attestation._context import AttestationContext
from callgate.attestation._names import ATTESTATION_EXTENSION, ATTESTATION_VERSION
from callgate.attestation._trust import AnyAudience
from callgate.attestation._verifier import AttestationVerifier
from callgate.attestation.enforcement.guards import Guards

CHANGED_METHODS: Final = frozenset({"initialize", "server/discover", "tools/list"})
"""Methods whose results are changed."""


class Results:
    """Changes results on their way to the caller. It knows them by their members, not by the
    request, because an event stream that is resumed carries those of earlier requests."""

    def __init__(self, verifier: AttestationVerifier, guards: Guards) -> None:
        self._verifier = verifier
        self._guards = guards

    def changed(self, result: object, context: AttestationContext | None) -> dict[str, Any] | None:
        """The result as this caller gets it; None where it stays as it is."""
        if not isinstance(result, dict):
            return None
        capabilities = object_of(result.get("capabilities"))
        if "protocolVersion" in result and "serverInfo" in result:
            status = self.handshake_capability(context)
            return {**result, "capabilities": with_capability(capabilities, status)}
        if "supportedVersions" in result:
            extensions = {
                **object_of(capabilities.get("extensions")),
                ATTESTATION_EXTENSION: self.discovered_extension(),
            }
            return {**result, "capabilities": {**capabilities, "extensions": extensions}}
        tools = result.get("tools")
        if self._guards and isinstance(tools, list):
            listed = {**result, "tools": self._guards.listed(context, tools)}
            if "resultType" not in result:  # the legacy era, which caches nothing
                return listed
            return {"ttlMs": 0, **listed, "cacheScope": "private"}
        return None

    def changed_text(self, text: bytes, context: AttestationContext | None) -> bytes:
        """The same of a message in JSON. What is no response passes as it is."""
        try:
            message = json.loads(text)
        except ValueError:
            return text
        if not isinstance(message, dict):
            return text
        result = self.changed(message.get("result"), context)
        if result is None:
            return text
        return json.dumps({**message, "result": result}, separators=(",", ":")).encode()

    def handshake_capability(self, context: AttestationContext | None) -> dict[str, Any]:
        """What the result of ``initialize`` says under ``security.attestation``."""
        capability = ServerAttestationCapability(policy=self._verifier.policy)
        if context is not None:
            capability = capability.with_verification_result(context.result)
        return capability.to_dict()

    def discovered_extension(self) -> dict[str, Any]:
        """What the result of ``server/discover`` says under our extension: what is wanted."""
        wanted: dict[str, Any] = {
            "version": ATTESTATION_VERSION,
            "policy": self._verifier.policy.value,
            "algorithms": ["EdDSA"],
            "proof": "required",
        }
        audience = self._verifier.audience
        return wanted if isinstance(audience, AnyAudience) else {**wanted, "audience": audience}
