"""Owner: whose a row is, and who may write it. One rule for memory and the database."""

from __future__ import annotations

from typing import NamedTuple

from callgate.registry.rows.identity import Identity
from callgate.serving.subject import Subject


class Owner(NamedTuple):
    """An entity, by the name and the anchor that its certificate was judged by; None: no one's."""

    entity: str | None
    anchor_sha256: str | None

    @classmethod
    def of(cls, known: Identity | Subject | None) -> Owner:
        """Of a row's identity, or of the subject of a caller."""
        return cls(None, None) if known is None else cls(known.entity, known.anchor_sha256)

    def admits(self, caller: Owner) -> bool:
        """Whether a row of this owner is the caller's: every verb on it needs that."""
        if self.entity is None or caller.entity is None:
            return self.entity is caller.entity
        # One anchor is of one entity, whatever that is called now.
        return self.entity == caller.entity or self.anchor_sha256 == caller.anchor_sha256

    def yields(self, caller: Owner, status: str) -> bool:
        """Whether the caller may register the row's id: also an entity one that is anonymous and
        silent."""
        return self.admits(caller) or (self.entity is None and status != "healthy")
