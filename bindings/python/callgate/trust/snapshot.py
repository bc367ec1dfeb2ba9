"""TrustSnapshot: what is trusted at one time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import final

from callgate.trust.anchor import Anchor
from callgate.trust.source import TrustSource
from callgate.trust.verdict import Verdict


@final
class TrustSnapshot:
    """Entities and trust domains with their anchors, and the keys that are revoked.

    Immutable and safe to share between threads.
    """

    generation: int  # what ``of_sources`` was given: tells a snapshot from its successor

    def __init__(
        self,
        entities: Mapping[str, Iterable[bytes | str]],
        *,
        bundles: Mapping[str, Iterable[bytes | str]] | None = None,
        revoked: Iterable[bytes | str] | None = None,
    ) -> None:
        """From entities (name to files) and bundles (trust domain to certificates).

        Each is PEM, with any number of certificates, or DER; they become two sources of the names
        ``entities`` and ``bundles``. ``revoked`` holds certificates, or SHA-256 digests of a
        SubjectPublicKeyInfo as 64 hexadecimal digits. Raises TrustError; nothing loads partially.
        """
        raise NotImplementedError

    @classmethod
    def of_sources(
        cls,
        sources: Sequence[TrustSource],
        *,
        revoked: Iterable[bytes | str] = (),
        generation: int = 0,
    ) -> TrustSnapshot:
        """From several sources, in the order in which they are asked. Raises TrustError."""
        raise NotImplementedError

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """What is anchored: source by source, in their order."""
        raise NotImplementedError

    def verify(
        self, chain: Sequence[bytes | str] | bytes | str, *, now: float | datetime | None = None
    ) -> Verdict:
        """Judges a chain, leaf first: DER or PEM each, or one PEM text with all of it.

        ``now`` is in seconds since the epoch or an aware datetime; the wall clock otherwise. Any
        bytes give a verdict; only a wrong type or an impossible ``now`` raises. Releases the GIL.
        """
        raise NotImplementedError

    def verify_many(
        self, chains: Sequence[Sequence[bytes]], *, now: float | datetime | None = None
    ) -> list[Verdict]:
        """Judges many chains at one time, without the GIL from the first to the last."""
        raise NotImplementedError
