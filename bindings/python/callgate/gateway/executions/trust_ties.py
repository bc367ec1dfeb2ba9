"""Ties by what a judge says of the caller's certificate: its entity, its SPIFFE ID."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from callgate import CallgateError
from callgate.gateway.executions.ties import Caller

# An entity, or a trust domain of SPIFFE, whose name may have dots.
_ENTITY: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}")
# SPIFFE-ID, sections 2.1 to 2.3, with a path; its last segment may be the wildcard.
_SPIFFE_ID: Final = re.compile(
    r"spiffe://[a-z0-9._-]{1,255}(?:/(?!\.{1,2}(?:/|$))[a-zA-Z0-9._-]+)*/"
    r"(?:\*|(?!\.{1,2}$)[a-zA-Z0-9._-]+)"
)
_LONGEST_ID: Final = 2048


@dataclass(frozen=True, slots=True)
class EntityTie:
    """The caller's certificate is trusted now, below an anchor of this entity.

    Of an SVID the entity is its trust domain. Case counts: names are as the operator wrote them.
    """

    entity: str
    kind: ClassVar[str] = "entity"

    def __post_init__(self) -> None:
        if not _ENTITY.fullmatch(self.entity):
            message = "an entity has 1 to 255 letters, digits, hyphens, underscores and dots"
            raise CallgateError(message, "INVALID_ARGUMENT", "tie")

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        subject = caller.peer.subject
        return (
            subject is not None
            and subject.entity is not None
            and hmac.compare_digest(subject.entity.encode(), self.entity.encode())
        )

    def to_json(self) -> Any:
        return {"entity": self.entity}


@dataclass(frozen=True, slots=True)
class SpiffeTie:
    """The caller's certificate is trusted now, and its domain's bundle verified this SPIFFE ID.

    ``/*`` at the end is one path segment or more: ``spiffe://mesh.example/ns/prod/*`` is every ID
    below, and not ``…/ns/prod`` itself or ``…/ns/production/a``.
    """

    spiffe_id: str
    kind: ClassVar[str] = "spiffe"

    def __post_init__(self) -> None:
        if len(self.spiffe_id) > _LONGEST_ID or not _SPIFFE_ID.fullmatch(self.spiffe_id):
            message = (
                "expected a SPIFFE ID with a path, such as spiffe://mesh.example/ns/prod/agent; "
                "only /* at its end stands for others"
            )
            raise CallgateError(message, "INVALID_ARGUMENT", "tie")

    def holds(self, caller: Caller, spent: Mapping[str, str]) -> bool:
        subject = caller.peer.subject
        if subject is None or subject.spiffe_id is None:
            return False
        if self.spiffe_id.endswith("/*"):
            above = self.spiffe_id[:-1]
            return subject.spiffe_id.startswith(above) and subject.spiffe_id != above
        return subject.spiffe_id == self.spiffe_id

    def to_json(self) -> Any:
        return {"spiffe": self.spiffe_id}
