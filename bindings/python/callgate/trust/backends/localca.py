"""localca: the entities of a LocalAuthority, under the names of their folders."""

from __future__ import annotations

from pathlib import Path

from callgate.trust.backends.directory_source import DirectorySource
from callgate.trust.backends.folder import FileFault, Folder
from callgate.trust.backends.local_authority import ENTITY, OTHER_FOLDERS, LocalAuthority
from callgate.trust.backends.names import name_fault
from callgate.trust.backends.source import Problem
from callgate.trust.backends.trust_directory import Member, Members, TrustDirectory


def localca(directory: Path) -> DirectorySource:
    """``<dir>/<entity>/entity-cert.pem``; the root is made at the start where there is none.

    An agent's entity is the authority that its chain leads to, and not what its leaf says. So the
    root is no anchor: an authority that it issued elsewhere is of no entity here.
    """
    source = TrustDirectory(directory, local_entities)
    return DirectorySource("localca", source, prepare=lambda: LocalAuthority(directory))


def local_entities(folder: Folder) -> Members:
    """The layout. Raises FileFault, OSError."""
    files, problems = [], []
    for name in sorted(set(folder.folders()) - OTHER_FOLDERS):
        if name.startswith("."):
            continue
        try:
            fault = name_fault(name) if ENTITY in folder.names(name) else ""
        except FileFault as error:
            fault = error.message
        if fault is None:
            files.append(Member(name, ENTITY, name))
        elif fault:
            problems.append(Problem(repr(name[:80]), fault))
    return Members(files, problems)
