"""What a server says of attestation: what it wants, and what it made of the handshake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callgate import CallgateError
from callgate.attestation._carrier import object_of
from callgate.attestation._names import ATTESTATION_CAPABILITY_KEY, ATTESTATION_EXTENSION


class AttestationUnsupported(CallgateError):
    """The server does not say that it verifies attestations, and require_server_support is set."""

    def __init__(self) -> None:
        super().__init__(
            "the server does not verify attestations: use one that does, or leave "
            "require_server_support out",
            "INVALID_ARGUMENT",
            "require_server_support",
        )


def handshake_status(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the result of ``initialize`` says; None of a server that says nothing of attestation."""
    return _said(result, "experimental", ATTESTATION_CAPABILITY_KEY)


def discovered_requirements(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the result of ``server/discover`` says; None of a server that wants no attestation."""
    return _said(result, "extensions", ATTESTATION_EXTENSION)


def _said(result: Mapping[str, Any], kind: str, name: str) -> dict[str, Any] | None:
    said = object_of(object_of(result.get("capabilities")).get(kind)).get(name)
    return dict(said) if isinstance(said, Mapping) else None
