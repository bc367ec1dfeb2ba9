"""Registering and revoking an entity: durable, one at a time, and recorded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callgate import CallgateError
from callgate.audit.durable_file import replace_file, sync_directory
from callgate.registry.entities.certificates import (
    Certificate,
    EntityError,
    check_authorities,
    read_certificates,
)
from callgate.registry.entities.registered import Registered, Trusted, read_trusted
from callgate.registry.entities.trail import record
from callgate.trust.backends.filestore import ENTITIES
from callgate.trust.backends.folder_lock import locked
from callgate.trust.backends.local_authority import ENTITY_KEY
from callgate.trust.backends.names import name_fault
from callgate.trust.backends.trust_directory import MOST_FILES, REVOKED

AUDIT: Final = "audit"


@dataclass(frozen=True)
class Change:
    """What was done."""

    path: Path
    certificates: tuple[Certificate, ...]
    keys: frozenset[str]
    replaced: tuple[Certificate, ...] = ()
    reinstated: frozenset[str] = frozenset()
    keys_left_out: int = 0  # private keys of the file that were not copied


def register(
    directory: Path,
    entity: str,
    source: Path,
    *,
    force: bool = False,
    reinstate: bool = False,
    audit: Path | None = None,
) -> Change:
    """Recorded first, then trusted: at once, by every registry that reads the directory.

    Raises EntityError, CallgateError, OSError.
    """
    _check_name(entity)
    certificates, keys_left_out = read_certificates(source)
    keys = check_authorities(certificates)
    path = directory / ENTITIES / f"{entity}.pem"
    for folder in (directory, path.parent):  # each with its mode: group-writable ones are refused
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with locked(directory):
        trusted = read_trusted(directory)
        replaced = _may_register(trusted, entity, keys, path.name, force=force)
        dead = keys & trusted.revoked
        if dead and not reinstate:
            raise EntityError(f"the key {min(dead)} was revoked: use --reinstate to trust it again")
        done = Change(path, certificates, keys, replaced, dead, keys_left_out)
        record(
            audit or directory / AUDIT,
            "entity_registered",
            {
                "entity": entity,
                "certificates_sha256": [one.sha256 for one in certificates],
                "anchors_spki_sha256": sorted(keys),
                "replaced_sha256": [one.sha256 for one in replaced],
                "reinstated_spki_sha256": sorted(dead),
            },
        )
        replace_file(path, b"".join(one.pem for one in certificates))
        for key in dead:
            (directory / REVOKED / key).unlink(missing_ok=True)
        if dead:
            sync_directory(directory / REVOKED)
    return done


def _may_register(
    trusted: Trusted, entity: str, keys: frozenset[str], file: str, *, force: bool
) -> tuple[Certificate, ...]:
    """What is replaced. Raises EntityError."""
    replaced: tuple[Certificate, ...] = ()
    for one in trusted.entities:
        if one.entity == entity and one.place == f"{ENTITIES}/{file}":
            if not force:
                raise EntityError(f"entity '{entity}' already registered, use --force to overwrite")
            replaced = one.certificates
        elif one.entity.lower() == entity.lower():
            raise EntityError(
                f"entity '{one.entity}' is already there, in {one.place}: choose another name, or "
                "remove that file"
            )
        elif shared := keys & one.keys:
            raise EntityError(
                f"the key {min(shared)} belongs to entity '{one.entity}' ({one.place}): one key "
                "is of one entity"
            )
    if len(trusted.entities) >= MOST_FILES and not replaced:
        raise EntityError(f"there are {MOST_FILES} entities already")
    return replaced


def revoke(directory: Path, entity: str, *, audit: Path | None = None) -> Change:
    """Revokes its keys, then removes its files, then records it.

    What was begun holds: once a key is revoked, nothing that follows can bring it back. Raises
    EntityError, CallgateError, OSError.
    """
    found = find(directory, entity)
    with locked(directory):
        found = find(directory, entity)
        keys = frozenset[str]().union(*(one.keys for one in found))
        certificates = tuple(one for file in found for one in file.certificates)
        _bury(directory / REVOKED, keys)
        for one in found:
            path = directory / one.place
            path.unlink()
            if one.is_local:  # another pair is made where both files are gone
                (path.parent / ENTITY_KEY).unlink(missing_ok=True)
            sync_directory(path.parent)
        done = Change(directory / found[0].place, certificates, keys)
        fields = {
            "entity": entity,
            "certificates_sha256": [one.sha256 for one in certificates],
            "revoked_spki_sha256": sorted(keys),
        }
        try:
            record(audit or directory / AUDIT, "entity_revoked", fields)
        except (CallgateError, OSError) as error:
            raise EntityError(
                f"entity '{entity}' is revoked, but that could not be recorded: {error}"
            ) from error
    return done


def find(directory: Path, entity: str) -> Sequence[Registered]:
    """Its files. Raises EntityError where it is not registered."""
    _check_name(entity)
    trusted = read_trusted(directory) if directory.exists() else Trusted()
    found = [one for one in trusted.entities if one.entity == entity]
    if not found:
        raise EntityError(f"entity '{entity}' not found")
    return found


def _bury(directory: Path, keys: frozenset[str]) -> None:
    """A tombstone counts by its name."""
    if not keys:
        return
    if not directory.exists():
        directory.mkdir(mode=0o755)
        sync_directory(directory.parent)
    for key in keys:
        fd = os.open(directory / key, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
    sync_directory(directory)


def _check_name(entity: str) -> None:
    if (fault := name_fault(entity)) is not None:
        raise EntityError(fault)
