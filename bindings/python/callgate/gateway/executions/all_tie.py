"""AllTie: several ties that must all hold, and what any tie is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from callgate import CallgateError
from callgate.gateway.executions.attestation_tie import AttestationTie
from callgate.gateway.executions.ties import Caller, EnrolmentTie, NoTie, Tie

MOST_PARTS: Final = 8


@dataclass(frozen=True, slots=True)
class AllTie:
    """Every part holds. Parts are of different kinds, none of them ``none`` or an AllTie."""

    parts: tuple[Tie, ...]

    def __post_init__(self) -> None:
        kinds = {part.kind for part in self.parts}
        if not 2 <= len(self.parts) <= MOST_PARTS or len(kinds) != len(self.parts):
            raise _unacceptable("all combines two or more ties of different kinds")
        if any(isinstance(part, AllTie | NoTie) for part in self.parts):
            raise _unacceptable("all combines ties that bind: neither none nor another all")

    @property
    def kind(self) -> str:
        """Of its parts: ``entity+uid``."""
        return "+".join(part.kind for part in self.parts)

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        # All are asked, so that the time says nothing about which one failed.
        return sum(part.holds(caller, spent) for part in self.parts) == len(self.parts)

    def to_json(self) -> Any:
        return {"all": [part.to_json() for part in self.parts]}


def parts_of(tie: Tie) -> tuple[Tie, ...]:
    """What has to hold: the parts, or the tie itself."""
    return tie.parts if isinstance(tie, AllTie) else (tie,)


def enrolment_of(tie: Tie) -> EnrolmentTie | None:
    """The tie, or the part of it, whose secret is to be spent."""
    return next((part for part in parts_of(tie) if isinstance(part, EnrolmentTie)), None)


def attestation_of(tie: Tie) -> AttestationTie | None:
    """The tie, or the part of it, that an attestation token has to meet."""
    return next((part for part in parts_of(tie) if isinstance(part, AttestationTie)), None)


def failed_kind(tie: Tie, caller: Caller, spent: Mapping[str, str]) -> str:
    """The kind of the first part that does not hold, of a tie that does not."""
    failed = (part.kind for part in parts_of(tie) if not part.holds(caller, spent))
    return next(failed, tie.kind)


def _unacceptable(message: str) -> CallgateError:
    return CallgateError(message, "INVALID_ARGUMENT", "tie")
