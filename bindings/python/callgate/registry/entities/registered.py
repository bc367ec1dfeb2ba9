"""What a trust directory holds at present."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from callgate.registry.entities.certificates import (
    Certificate,
    EntityError,
    parse_certificates,
)
from callgate.trust.backends.filestore import entity_files
from callgate.trust.backends.folder import FileFault, Folder
from callgate.trust.backends.local_authority import ROOT
from callgate.trust.backends.localca import local_entities
from callgate.trust.backends.trust_directory import Member, tombstones
from callgate.trust.backends.trust_file import load


@dataclass(frozen=True)
class Registered:
    """One file. ``keys`` are those of its anchors; ``problem`` is why there are none."""

    entity: str
    place: str  # below the trust directory
    certificates: tuple[Certificate, ...] = ()
    keys: frozenset[str] = frozenset()
    problem: str | None = None
    is_local: bool = False  # of localca


@dataclass(frozen=True)
class Trusted:
    """All files, and the keys that are revoked."""

    entities: tuple[Registered, ...] = ()
    revoked: frozenset[str] = frozenset()
    root: Registered | None = None  # of localca


def read_trusted(directory: Path) -> Trusted:
    """Nothing, where there is no directory. Raises EntityError where it must not be read."""
    try:
        with Folder(directory) as folder:
            members, local = entity_files(folder), local_entities(folder)
            revoked, _ = tombstones(folder)
            entities = [_registered(folder, member) for member in members.files]
            entities += [_registered(folder, one, is_local=True) for one in local.files]
            entities += [
                Registered(problem.place, problem.place, problem=problem.message)
                for problem in (*members.problems, *local.problems)
            ]
            root = _registered(folder, Member("(root)", ROOT)) if ROOT in folder.names() else None
    except FileNotFoundError:
        return Trusted()
    except FileFault as fault:
        raise EntityError(f"failed to read entities directory: {directory}: {fault}") from fault
    except OSError as error:
        why = error.strerror
        raise EntityError(f"failed to read entities directory: {directory}: {why}") from error
    is_root = root is not None and all(one.place != ROOT for one in entities)
    return Trusted(tuple(entities), revoked, root if is_root else None)


def _registered(folder: Folder, member: Member, *, is_local: bool = False) -> Registered:
    entity, place = member.entity, member.place
    try:
        data = folder.read(member.name, member.inside).data
    except (FileFault, OSError) as error:
        why = error.message if isinstance(error, FileFault) else error.strerror
        return Registered(entity, place, problem=why, is_local=is_local)
    try:
        certificates = parse_certificates(data)
    except EntityError:
        certificates = ()
    try:
        keys, problem = load(data).keys, None
    except FileFault as fault:
        keys, problem = frozenset[str](), fault.message
    return Registered(entity, place, certificates, keys, problem, is_local)
