"""Where the caller of a request is kept for its handler: on the request itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from callgate.attestation._context import AttestationContext

SCOPE_KEY = "callgate.attestation"
"""The member of a request's ASGI scope that holds its AttestationContext."""


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """Takes the place of the HTTP request for a handler of a stdio server."""

    scope: dict[str, Any]


def context_of(request: object) -> AttestationContext | None:
    """The context that the wrapper put on this request; None where no wrapper saw it."""
    scope = getattr(request, "scope", None)
    context = scope.get(SCOPE_KEY) if isinstance(scope, dict) else None
    return context if isinstance(context, AttestationContext) else None
