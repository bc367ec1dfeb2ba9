"""LocalAuthority: a root and its entities in a folder, for development."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Final, final

from callgate import CallgateError
from callgate.trust.backends.certificate_shapes import Pair, new_entity, new_leaf, new_root
from callgate.trust.backends.folder_lock import locked
from callgate.trust.backends.names import name_fault
from callgate.trust.backends.pair_files import load_or_make, write_pair

ROOT, ROOT_KEY = "ca.pem", "ca-key.pem"
ENTITY, ENTITY_KEY = "entity-cert.pem", "entity-key.pem"
AGENTS: Final = "agents"
# Other folders in it, which are no entities.
OTHER_FOLDERS: Final = frozenset({AGENTS, "audit", "entities", "revoked"})


@final
class LocalAuthority:
    """The files of the public system: ``ca.pem``, ``<entity>/entity-cert.pem``, each with its key.

    Keys are 0600, folders 0700. Not thread-safe; several processes may use one folder.
    """

    def __init__(self, directory: Path) -> None:
        """Loads the root, or makes one where there is none. Raises CallgateError, OSError."""
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(directory):
            self.root = load_or_make(directory / ROOT, directory / ROOT_KEY, new_root)
        _check_time(self.root, directory / ROOT)

    def entity(self, name: str) -> Pair:
        """The authority of an entity, made where there is none. Raises CallgateError, OSError."""
        _check_name(name)
        if name in OTHER_FOLDERS:
            raise CallgateError("this name is taken by a folder", "INVALID_ARGUMENT", name)
        folder = self.directory / name
        folder.mkdir(mode=0o700, exist_ok=True)
        with locked(self.directory):
            pair = load_or_make(
                folder / ENTITY, folder / ENTITY_KEY, lambda: new_entity(name, self.root)
            )
        _check_time(pair, folder / ENTITY)
        try:
            pair.certificate.verify_directly_issued_by(self.root.certificate)
        except Exception as error:  # of several kinds: names, signature, algorithm
            where = str(folder / ENTITY)
            message = f"it was not issued by {ROOT}: move the folder away to begin with a new one"
            raise CallgateError(message, "INVALID_ARGUMENT", where) from error
        return pair

    def issue(
        self, entity: str, name: str, certificate: Path, key: Path, hosts: Sequence[str] = ()
    ) -> None:
        """Writes a new leaf of an entity, followed by the entity's authority, and its key.

        Raises CallgateError, OSError.
        """
        _check_name(name)
        authority = self.entity(entity)
        leaf = new_leaf(name, entity, authority, hosts)
        with locked(self.directory):
            write_pair(certificate, key, leaf, authority.pem)

    def issue_agent(self, entity: str, agent: str) -> tuple[Path, Path]:
        """``agents/<agent>-cert.pem`` and ``-key.pem``. Raises CallgateError, OSError."""
        _check_name(agent)
        folder = self.directory / AGENTS
        files = folder / f"{agent}-cert.pem", folder / f"{agent}-key.pem"
        self.issue(entity, agent, *files)
        return files


def _check_name(name: str) -> None:
    if (fault := name_fault(name)) is not None:
        raise CallgateError(fault, "INVALID_ARGUMENT", repr(name[:80]))


def _check_time(pair: Pair, path: Path) -> None:
    now = datetime.datetime.now(datetime.timezone.utc)
    if now >= pair.certificate.not_valid_after_utc:
        message = "it has expired: move it and its key away to begin with a new pair"
        raise CallgateError(message, "INVALID_ARGUMENT", str(path))
