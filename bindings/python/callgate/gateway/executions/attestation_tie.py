"""AttestationTie: what a verified attestation token has to say of the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, TypeAlias, get_args

from callgate import CallgateError
from callgate.gateway.executions.ties import AttestedAgent, Caller

LevelName: TypeAlias = Literal["enterprise", "provider"]
_ORDER: Final = ("none", *get_args(LevelName))
_MAX_LENGTH: Final = 2048
_MEMBERS: Final = frozenset({"issuer", "subject", "audience", "trust_level"})


@dataclass(frozen=True, slots=True)
class AttestationTie:
    """The caller's attestation token verified now, and is of this issuer and subject.

    Both are compared byte for byte. ``audience`` is that of the token, None where it is the
    gateway's; ``trust_level`` is the least.
    """

    issuer: str
    subject: str
    audience: str | None = None
    trust_level: LevelName | None = None
    kind: ClassVar[str] = "attestation"

    def __post_init__(self) -> None:
        for text in (self.issuer, self.subject, self.audience):
            if text is not None and not 0 < len(text) <= _MAX_LENGTH:
                raise _unacceptable("issuer, subject and audience have 1 to 2048 characters")
        if self.trust_level is not None and self.trust_level not in get_args(LevelName):
            raise _unacceptable("trust_level is provider or enterprise")

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        agent = caller.attested
        return (
            agent is not None
            and (agent.issuer, agent.subject) == (self.issuer, self.subject)
            and agent.audience == self.audience
            and _reaches(agent, self.trust_level)
        )

    def to_json(self) -> Any:
        detail = {"issuer": self.issuer, "subject": self.subject}
        if self.audience is not None:
            detail["audience"] = self.audience
        if self.trust_level is not None:
            detail["trust_level"] = self.trust_level
        return {"attestation": detail}

    @classmethod
    def of_json(cls, detail: object) -> AttestationTie:
        """What is under ``attestation`` in ``to_json``. Raises CallgateError."""
        if not isinstance(detail, Mapping) or not detail.keys() <= _MEMBERS:
            raise _unacceptable(f"attestation has {', '.join(sorted(_MEMBERS))}")
        if not {"issuer", "subject"} <= detail.keys():
            raise _unacceptable("attestation needs issuer and subject")
        if not all(isinstance(value, str) for value in detail.values()):
            raise _unacceptable("issuer, subject, audience and trust_level are texts")
        return cls(**detail)


def _reaches(agent: AttestedAgent, level: LevelName | None) -> bool:
    return level is None or _ORDER.index(agent.trust_level) >= _ORDER.index(level)


def _unacceptable(message: str) -> CallgateError:
    return CallgateError(message, "INVALID_ARGUMENT", "tie")
