"""TrustSnapshot: what is trusted at one time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import final

from callgate import _native
from callgate._time import milliseconds
from callgate.trust.anchor import Anchor
from callgate.trust.options import TrustOptions
from callgate.trust.source import TrustSource
from callgate.trust.verdict import Verdict

_Files = Iterable[bytes | str]
_Named = list[tuple[str, list[bytes | str]]]


@final
class TrustSnapshot:
    """Entities and trust domains with their anchors, and the keys that are revoked.

    Immutable and safe to share between threads.
    """

    __slots__ = ("_anchors", "_loaded")

    _anchors: tuple[Anchor, ...]
    _loaded: _native.TrustSnapshot

    def __init__(
        self,
        entities: Mapping[str, _Files],
        *,
        bundles: Mapping[str, _Files] | None = None,
        revoked: Iterable[bytes | str] | None = None,
        options: TrustOptions | None = None,
    ) -> None:
        """From entities (name to files) and bundles (trust domain to certificates).

        Each is PEM, with any number of certificates, or DER; they become two sources of the names
        ``entities`` and ``bundles``. ``revoked`` holds certificates, or SHA-256 digests of a
        SubjectPublicKeyInfo as 64 hexadecimal digits. Raises TrustError; nothing loads partially.
        """
        rows = [
            ("entities", _named(entities, "entities"), _named({}, "bundles"), True),
            ("bundles", _named({}, "entities"), _named(bundles or {}, "bundles"), True),
        ]
        self._load(rows, revoked or (), options, 0, None)

    @classmethod
    def of_sources(
        cls,
        sources: Sequence[TrustSource],
        *,
        revoked: Iterable[bytes | str] = (),
        generation: int = 0,
        options: TrustOptions | None = None,
        previous: TrustSnapshot | None = None,
    ) -> TrustSnapshot:
        """From several sources, in the order in which they are asked. Raises TrustError.

        Certificates that ``previous`` anchors too are taken from it instead of being read again,
        which makes a reload several times faster; what is loaded is the same without it.
        """
        rows = [
            (
                source.name,
                _named(source.entities, "entities"),
                _named(source.bundles, "bundles"),
                source.available,
            )
            for source in sources
        ]
        snapshot = cls.__new__(cls)
        snapshot._load(rows, revoked, options, generation, previous)
        return snapshot

    def _load(
        self,
        rows: list[tuple[str, _Named, _Named, bool]],
        revoked: Iterable[bytes | str],
        options: TrustOptions | None,
        generation: int,
        previous: TrustSnapshot | None,
    ) -> None:
        how = options or TrustOptions()
        self._loaded = _native.load_trust(
            rows,
            _files(revoked, "revoked"),
            how.not_before_skew,
            how.require_eku,
            how.accept_any_eku,
            generation,
            None if previous is None else previous._loaded,
        )
        self._anchors = tuple(Anchor(*row) for row in self._loaded.anchors())

    @property
    def generation(self) -> int:
        """What ``of_sources`` was given: tells a snapshot from its successor."""
        return self._loaded.generation

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """What is anchored: source by source, in their order; each certificate of a name once."""
        return self._anchors

    def verify(
        self, chain: Sequence[bytes | str] | bytes | str, *, now: float | datetime | None = None
    ) -> Verdict:
        """Judges a chain, leaf first: DER or PEM each, or one PEM text with all of it.

        ``now`` is in seconds since the epoch or an aware datetime; the wall clock otherwise. Any
        bytes give a verdict; only a wrong type or an impossible ``now`` raises. Releases the GIL.
        """
        parts = (chain,) if isinstance(chain, (bytes, str)) else chain
        return Verdict(*self._loaded.verify(parts, milliseconds(now)))

    def verify_many(
        self, chains: Sequence[Sequence[bytes]], *, now: float | datetime | None = None
    ) -> list[Verdict]:
        """Judges many chains at one time, without the GIL from the first to the last."""
        verdicts = self._loaded.verify_many(chains, milliseconds(now))
        return [Verdict(*fields) for fields in verdicts]

    def __repr__(self) -> str:
        return f"<TrustSnapshot {self.generation} of {len(self._anchors)} anchors>"


def _named(names: Mapping[str, _Files], what: str) -> _Named:
    return [(name, _files(files, f"{what}[...]")) for name, files in names.items()]


def _files(files: _Files, what: str) -> list[bytes | str]:
    if isinstance(files, (bytes, str)):
        raise TypeError(
            f"{what} must be an iterable of certificates, not one {type(files).__name__}"
        )
    return list(files)
