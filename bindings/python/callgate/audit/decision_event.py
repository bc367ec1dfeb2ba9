"""DecisionEvent: the event of a signed call, allowed or denied."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, final

from callgate import Decision
from callgate._native import audit_event, audit_event_name
from callgate.audit.redaction import Redaction

# Name, source, entity, SPIFFE ID and the SHA-256 of the certificate; issuer, subject and level of
# the attestation. None is not written.
_Text: TypeAlias = str | None
SubjectTexts: TypeAlias = tuple[_Text, _Text, _Text, _Text, _Text, _Text, _Text, _Text]


@final
class DecisionEvent:
    """What a decision leaves in the trail. The engine writes it, from the decision alone.

    Of an envelope whose signature did not verify nothing is believed: its digest is written alone.
    ``subject`` is that of the session whose key signed.
    """

    __slots__ = ("_decision", "_peer", "_subject", "_trace_id", "code_name", "name")

    def __init__(
        self,
        decision: Decision,
        *,
        trace_id: str | None = None,
        peer: str | None = None,
        subject: SubjectTexts | None = None,
    ) -> None:
        self._decision: Final = decision
        self._trace_id: Final = trace_id
        self._peer: Final = peer
        self._subject: Final = subject if decision.signature is not None else None
        self.code_name: Final = decision.code_name
        self.name: Final = (
            "ToolCallAuthorized" if self.code_name is None else refusal_event(self.code_name)
        )

    @property
    def forwarded(self) -> bool:
        """Whether a line of kind ``outcome`` follows."""
        return self.code_name is None and self._decision.method == "tools/call"

    def text(self, redaction: Redaction) -> bytes:
        """The fields of its line."""
        return audit_event(
            self._decision, redaction.engine, self._trace_id, self._peer, self._subject
        )


def event_of_decision(
    decision: Decision,
    *,
    trace_id: str | None = None,
    peer: str | None = None,
    subject: SubjectTexts | None = None,
) -> DecisionEvent:
    """The event of a signed call. ``subject``: what verified credentials said of the caller when
    the session was opened."""
    return DecisionEvent(decision, trace_id=trace_id, peer=peer, subject=subject)


def refusal_event(
    code_name: str,
) -> Literal["PolicyViolationBlocked", "SignatureVerificationFailed", "SecurityTokenExpired"]:
    """The name of the event of a call that was refused with this code. Raises ValueError."""
    return audit_event_name(code_name)
