"""TrustSource: what one backend trusts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TrustSource:
    """The anchors of one backend.

    Each element of ``entities`` is one file as the operator wrote it: PEM with any number of
    certificates, or one certificate in DER. Of a file that holds an intermediate authority and the
    root above it, only the intermediate becomes an anchor. Each certificate of ``bundles`` becomes
    one. ``available`` is false where the backend cannot say what it trusts: its anchors then count
    for nothing, and a chain that no other source trusts or denies is ``unavailable``.
    """

    name: str
    entities: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    bundles: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    available: bool = True
