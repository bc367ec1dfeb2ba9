"""The eight events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, Literal, TypeAlias, get_args

from callgate.audit.fields import fields_text
from callgate.audit.redaction import Redaction

EventName: TypeAlias = Literal[
    "AttestationSucceeded",
    "AttestationFailed",
    "ToolCallAuthorized",
    "PolicyViolationBlocked",
    "SignatureVerificationFailed",
    "SecurityTokenExpired",
    "SecurityTokenRefreshed",
    "SessionRevoked",
]
EVENT_NAMES: Final[frozenset[str]] = frozenset(get_args(EventName))


# Not frozen, which would cost as much for each of its fields as to write them.
@dataclass(slots=True, kw_only=True)
class Event:
    """One of the document's events. What is None is not written; nothing here may be a secret.

    ``payload`` is the signed JSON-RPC text; the log redacts it before it writes it. Digests are
    SHA-256 in hexadecimal, keys, signatures in base64. ``timestamp`` is the one that was signed.
    ``token`` is the digest of the security token, never the token; ``token_input`` is what the
    issuer signed of it, header and claims, which is of no use without the signature.
    """

    name: EventName
    # who
    workload: str | None = None
    session: str | None = None
    context: str | None = None
    public_key: str | None = None
    peer: str | None = None
    # whom a verified credential says that the caller is
    subject: str | None = None
    subject_source: str | None = None
    entity: str | None = None
    spiffe_id: str | None = None
    certificate_sha256: str | None = None
    attestation_issuer: str | None = None
    attestation_subject: str | None = None
    trust_level: str | None = None
    # what
    method: str | None = None
    tool: str | None = None
    request_id: str | int | None = None
    payload: bytes | None = None
    # verdict
    allowed: bool | None = None
    code_name: str | None = None
    cause: str | None = None
    reason: str | None = None
    rule: str | None = None
    capability: int | None = None
    policy_digest: str | None = None
    # proof
    message_digest: str | None = None
    signature: str | None = None
    timestamp: str | None = None
    token: str | None = None
    token_input: str | None = None
    # Of what could not be verified: which bytes it was.
    envelope_digest: str | None = None
    trace_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError."""
        if self.name not in EVENT_NAMES:
            raise ValueError(f"there is no event {self.name!r}")

    @property
    def forwarded(self) -> bool:
        """Whether a line of kind ``outcome`` follows."""
        return self.name == "ToolCallAuthorized" and self.method == "tools/call"

    def text(self, redaction: Redaction) -> bytes:
        """The fields of its line."""
        written: dict[str, Any] = dict(zip(_WRITTEN, _values(self), strict=True))
        written["event"] = self.name
        if self.details:
            written["details"] = self.details
        if self.payload is not None:
            shown = redaction.show(self.tool, self.payload)
            written["payload"] = shown.payload
            written["arguments"] = shown.arguments
            written["redacted"] = shown.redacted or None
        return fields_text(written)


_WRITTEN: Final = tuple(
    item.name for item in fields(Event) if item.name not in {"name", "payload", "details"}
)
_values: Final = attrgetter(*_WRITTEN)
