"""The outcome for a message: it passes, is refused with an error, or is dropped."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from callgate.attestation._context import AttestationContext
from callgate.attestation._engine import Era
from callgate.attestation._reasons import REASONS, error_object

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600


@dataclass(frozen=True, slots=True)
class Passed:
    """The server may see it. Without a context it needs no verification."""

    context: AttestationContext | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not see it. ``id_json`` is the JSON of the request's id."""

    code: int
    message: str
    data: dict[str, Any] | None
    id_json: bytes = b"null"
    status: int = 200
    reason: str | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON-RPC error."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return {"jsonrpc": "2.0", "id": json.loads(self.id_json), "error": error}

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Of the HTTP response, besides those of its body."""
        if self.reason is None or self.status == 200:
            return []
        challenge = f'AgentAttestation error="{self.reason}"'
        return [(b"www-authenticate", challenge.encode())]


@dataclass(frozen=True, slots=True)
class Dropped:
    """The server does not see it, and nothing is answered: a notification, or a response."""

    reason: str


Outcome = Passed | Refused | Dropped


def refused(reason: str | None, era: Era, id_json: bytes = b"null") -> Refused:
    """The error for a caller that was not admitted: a row of docs/attestation-reasons.md."""
    row = REASONS[reason or "not_provided"]
    error = error_object(row, era)
    status = row.http_status if era == "modern" else 200
    return Refused(error["code"], error["message"], error["data"], id_json, status, row.name)


def id_in_use(id_json: bytes) -> Refused:
    """The error for a request whose id another has that is not answered yet (JSON-RPC 2.0, 4)."""
    message = "another request has this id and is not answered yet: use each id once"
    return Refused(INVALID_REQUEST, message, None, id_json)
