"""The trust backends that a configuration names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from callgate import CallgateError
from callgate.trust.backends.remote import k8s_secrets_source, needs_extra, spire_source
from callgate.trust.backends.source import Source


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which backends, and their settings; those of a backend that is not named are not read.

    ``stale_after``: seconds for which a lost server's last word counts.
    """

    backends: Sequence[str]  # localca, filestore, k8s-secrets, spire, in the order of verdicts
    directory: Path | None
    namespace: str
    selector: str
    socket: Path
    stale_after: float


def make_sources(wanted: Wanted, environ: Mapping[str, str]) -> list[Source]:
    """In their order, not yet started. Raises CallgateError, also where an extra is missing."""
    return [_source(name, wanted, environ) for name in wanted.backends]


def _source(name: str, wanted: Wanted, environ: Mapping[str, str]) -> Source:
    if name == "k8s-secrets":
        return k8s_secrets_source(
            environ,
            namespace=wanted.namespace,
            selector=wanted.selector,
            stale_after=wanted.stale_after,
        )
    if name == "spire":
        return spire_source(wanted.socket, stale_after=wanted.stale_after)
    if wanted.directory is None:
        raise CallgateError(f"{name} needs a folder", "INVALID_ARGUMENT", "dir")
    with needs_extra(name, "trust"):
        if name == "filestore":
            from callgate.trust.backends.filestore import filestore

            return filestore(wanted.directory)
        if name == "localca":
            from callgate.trust.backends.localca import localca

            return localca(wanted.directory)
    raise CallgateError(f"no trust backend is called {name[:64]!r}", "INVALID_ARGUMENT", "backend")
