"""What a trust backend gives: a state, and word of each change of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

Status: TypeAlias = Literal["live", "stale", "unavailable"]
Anchors: TypeAlias = Mapping[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing of a source that counts for nothing, and why: a file, a Secret, a message."""

    place: str  # a path, namespace/name, a trust domain
    message: str  # what is wrong, and what to do next; no text of a certificate


@dataclass(frozen=True, slots=True)
class SourceState:
    """All that a source says at one time. Immutable, so any thread may read it.

    ``entities`` maps the operator's name of an entity to its files as the operator wrote them, PEM
    or DER, ``bundles`` a trust domain (without ``spiffe://``) to its authorities in DER: as
    ``callgate.trust.TrustSource`` takes them. ``revoked`` has the SHA-256 of revoked keys
    (SubjectPublicKeyInfo), 64 lower-case hexadecimal digits.

    ``live``: this is how things are. ``stale``: this is how they were when the source was last
    heard of; it still counts. ``unavailable``: nothing is known, ``entities`` and ``bundles`` are
    empty, and no certificate is trusted because of this source. ``revoked`` counts in every status.

    ``revoked_unknown``: what is revoked could not be read since the start. Then no source's
    certificates are trusted, since any of their keys may be among it.
    """

    name: str  # as configured: localca, filestore, k8s-secrets, spire
    entities: Anchors = field(default_factory=dict)
    bundles: Anchors = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    status: Status = "unavailable"
    detail: str | None = None  # why it is stale or unavailable
    problems: tuple[Problem, ...] = ()
    revoked_unknown: bool = False
    since: float = field(default=0.0, compare=False)  # of this status, seconds since the epoch


class Source(Protocol):
    """A trust backend. Used from one event loop.

    ``state`` may be read at any time: before ``start``, it is unavailable.
    """

    @property
    def name(self) -> str:
        """As configured."""

    @property
    def state(self) -> SourceState:
        """The latest."""

    async def start(self, changed: Callable[[], None]) -> None:
        """Reads the first state, and goes on until ``stop``.

        ``changed`` is called in the event loop's thread after each change of ``state``, the first
        one not included. Raises CallgateError where the source is misconfigured and so can never
        begin; what may come later (a folder, a server) is ``unavailable`` instead.
        """

    async def stop(self) -> None:
        """Ends every task, thread and connection of it. ``state`` becomes unavailable."""
