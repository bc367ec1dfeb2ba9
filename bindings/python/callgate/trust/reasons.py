"""REASONS: every reason, what it means and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from callgate import _native


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of docs/trust-reasons.md."""

    name: str
    kind: Literal["verdict", "load"]  # of a Verdict, or of a TrustError
    meaning: str
    advice: str


REASONS: Final[Mapping[str, Reason]] = MappingProxyType(
    {row[0]: Reason(*row) for row in _native.trust_reasons()}
)
