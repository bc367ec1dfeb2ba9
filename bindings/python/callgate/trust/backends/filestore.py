"""filestore: a file for each entity, in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from callgate.trust.backends.directory_source import DirectorySource
from callgate.trust.backends.folder import Folder
from callgate.trust.backends.names import name_fault
from callgate.trust.backends.source import Problem
from callgate.trust.backends.trust_directory import Member, Members, TrustDirectory

ENTITIES: Final = "entities"
SUFFIXES: Final = (".pem", ".crt")
# Files that localca and the registry keep in the same folder, which are no anchors of an entity: a
# key that is there, and the certificate that belongs to it.
_OWN_PAIRS: Final = (("ca-key.pem", "ca.pem"), ("registry-key.pem", "registry-cert.pem"))


def filestore(directory: Path) -> DirectorySource:
    """``<dir>/<entity>.pem`` and ``<dir>/entities/<entity>.pem``, or ``.crt``; no other folders.

    The entity is called as the file is, whatever its certificates say.
    """
    return DirectorySource("filestore", TrustDirectory(directory, entity_files))


def entity_files(folder: Folder) -> Members:
    """The layout. Raises FileFault, OSError."""
    top = set(folder.names())
    own = {name for key, certificate in _OWN_PAIRS if key in top for name in (key, certificate)}
    listed = {"": top - own}
    if ENTITIES in top:
        listed[ENTITIES] = set(folder.names(ENTITIES))
    files, problems = [], []
    for inside, names in listed.items():
        for name in sorted(names):
            entity, suffix = name[:-4], name[-4:]
            if name.startswith(".") or suffix not in SUFFIXES:
                continue
            fault = name_fault(entity)
            if fault is None:
                files.append(Member(entity, name, inside))
            else:
                place = f"{inside}/{name[:80]!r}" if inside else repr(name[:80])
                problems.append(Problem(place, fault))
    return Members(files, problems)
