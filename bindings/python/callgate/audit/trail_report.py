"""TrailReport: what the verification of a trail found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Status: TypeAlias = Literal["whole", "tampered", "unsealed"]
EXIT_CODES: Final[dict[Status, int]] = {"whole": 0, "tampered": 1, "unsealed": 3}


@dataclass(slots=True)
class TrailReport:
    """``unsealed``: no fault, but nothing excludes what ``open_ends`` says.

    Lines ``first`` to ``sealed`` are as they were written. ``where`` is the place of the fault.
    """

    first: int = 0
    last: int = 0
    sealed: int = 0
    log: str = ""
    fault: str | None = None
    where: str | None = None
    open_ends: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def status(self) -> Status:
        """Tampered is never hidden by anything else."""
        if self.fault is not None:
            return "tampered"
        return "unsealed" if self.open_ends else "whole"

    @property
    def exit_code(self) -> int:
        """Of ``callgate audit verify``."""
        return EXIT_CODES[self.status]
