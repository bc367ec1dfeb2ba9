"""TrustDirectory: the anchors and tombstones of a folder of certificates, as they are now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, final

from callgate.trust.backends.folder import FileFault, Folder
from callgate.trust.backends.names import sharing, twins
from callgate.trust.backends.source import Anchors, Problem
from callgate.trust.backends.trust_file import KEEP, TrustFile

REVOKED: Final = "revoked"
MOST_FILES: Final = 10_000
MOST_BYTES: Final = 64 << 20
# A folder that changes while it is read is read again.
_READINGS: Final = 5
_TOMBSTONE: Final = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


class Member(NamedTuple):
    """A file that is to hold the anchors of an entity."""

    entity: str
    name: str
    inside: str = ""  # the folder that it is in, below the trust directory

    @property
    def place(self) -> str:
        """Below the trust directory."""
        return f"{self.inside}/{self.name}" if self.inside else self.name


@dataclass(frozen=True, slots=True)
class Members:
    """What of a folder's files is read, and what of them cannot be; places are below it."""

    files: Sequence[Member]
    problems: Sequence[Problem] = ()


Layout: TypeAlias = Callable[[Folder], Members]


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the folder. ``fault``: why nothing of it counts; ``gone``: it is not there."""

    entities: Anchors = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    fault: str | None = None
    gone: bool = False
    revoked_unknown: bool = False  # the tombstones could not be read, and never were
    settled: bool = True  # else there is a file that was written just now
    identity: tuple[int, int] | None = None  # device and inode


class _Changing(Exception):  # caught below
    """What was listed and what is there differ, as while a volume is swapped."""


@final
class TrustDirectory:
    """Reads by a layout, which says what files there are. Used by one thread at a time.

    Two files with one anchor, and names that differ in case alone, count for nothing: which of them
    is meant cannot be known. What ``<dir>/revoked`` names is revoked at once; what is no longer
    there is forgotten at once.
    """

    def __init__(self, path: Path, layout: Layout, *, keep: float = KEEP) -> None:
        self.path = path
        self._layout = layout
        self._keep = keep
        self._files: dict[Member, TrustFile] = {}
        self._revoked: frozenset[str] | None = None  # None: not read yet

    def read(self) -> Reading:
        """Reads what changed. Never raises OSError: that is a fault, too."""
        gone = False
        try:
            for left in reversed(range(_READINGS)):
                with Folder(self.path) as folder:
                    try:
                        return self._read(folder, settle=left == 0)
                    except _Changing:
                        continue
            why = "its folders change all the time"
        except FileFault as error:
            why = str(error)
        except OSError as error:
            gone = isinstance(error, FileNotFoundError)
            why = error.strerror or "it cannot be read"
        return Reading(
            revoked=self._revoked or frozenset(),
            fault=f"{self.path}: {why}",
            gone=gone,
            revoked_unknown=self._revoked is None,
        )

    def _read(self, folder: Folder, *, settle: bool) -> Reading:
        """``settle``: takes what was found, though it changes. Raises _Changing otherwise."""
        try:
            members = self._layout(folder)
            revoked, strays = tombstones(folder)
            self._revoked = revoked
        except FileNotFoundError as error:
            raise _Changing from error
        if len(members.files) > MOST_FILES:
            raise FileFault(f"it holds more than {MOST_FILES} files of certificates")
        steady = self._forget(folder, set(members.files)) & self._update(folder, members.files)
        disabled = self._disabled()
        steady = steady and all(self._is_there(folder, member) for member in disabled)
        if not steady and not settle:
            raise _Changing
        faults = {m: file.problem for m, file in self._files.items() if file.problem is not None}
        problems = [*members.problems, *strays]
        problems += [Problem(m.place, why) for m, why in (*faults.items(), *disabled.items())]
        return Reading(
            {
                member.entity: (file.counts.data,)
                for member, file in self._files.items()
                if file.counts is not None and member not in disabled
            },
            revoked,
            tuple(
                Problem(str(self.path / problem.place), problem.message)
                for problem in sorted(problems, key=lambda problem: problem.place)
            ),
            settled=steady and all(file.settled for file in self._files.values()),
            identity=folder.identity,
        )

    def _forget(self, folder: Folder, listed: set[Member]) -> bool:
        """What is not listed; False where it is there all the same (a listing is not atomic)."""
        for member in [member for member in self._files if member not in listed]:
            if self._is_there(folder, member):
                return False
            del self._files[member]
        return True

    def _update(self, folder: Folder, members: Sequence[Member]) -> bool:
        """Reads what was listed; False where something of it is gone or was replaced."""
        steady = True
        size = 0
        for member in members:
            file = self._files.setdefault(member, TrustFile(self._keep))
            try:
                file.update(folder, member.name, member.inside)
            except OSError:
                steady = False
                if not self._is_there(folder, member):
                    del self._files[member]
                    continue
            size += 0 if file.counts is None else len(file.counts.data)
        if size > MOST_BYTES:
            raise FileFault(f"its files of certificates hold more than {MOST_BYTES} bytes")
        return steady

    def _is_there(self, folder: Folder, member: Member) -> bool:
        """By its path from the start: the folder that it was listed in may be a former one."""
        try:
            folder.mark(member.place)
        except FileNotFoundError:
            return False
        except (FileFault, OSError):
            return True
        return True

    def _disabled(self) -> dict[Member, str]:
        """Whose name or anchor another one has, too."""
        disabled: dict[Member, str] = {}
        kinds = twins(member.entity for member in self._files)
        for member in self._files:
            if member.entity in kinds:
                others = _others(kinds[member.entity], member.entity)
                disabled[member] = f"its name differs from {others} in case alone"
        names = sharing((member, member.entity) for member in self._files)
        anchors = sharing(
            (member, key)
            for member, file in self._files.items()
            if file.counts is not None
            for key in file.counts.keys
        )
        for what, shared in (("name", names), ("anchor", anchors)):
            for member, others_of in shared.items():
                named = _others((other.place for other in others_of), member.place)
                disabled[member] = f"it has the {what} of {named}"
        return {
            member: f"{why}: none of them counts until the others are removed"
            for member, why in disabled.items()
        }


def _others(kind: Iterable[str], one: str) -> str:
    first, *rest = sorted(set(kind) - {one})
    return f"{first} and {len(rest)} more" if rest else first


def tombstones(folder: Folder) -> tuple[frozenset[str], list[Problem]]:
    """The keys that are revoked, by the names alone, and what is no such name.

    Raises FileFault, OSError.
    """
    if REVOKED not in folder.names():
        return frozenset(), []
    try:
        names = [name for name in folder.names(REVOKED) if not name.startswith(".")]
    except FileNotFoundError:
        raise
    except (FileFault, OSError) as error:
        raise FileFault(f"{REVOKED}: {getattr(error, 'strerror', error)}") from error
    revoked = frozenset(name.lower() for name in names if _TOMBSTONE.fullmatch(name))
    strays = [
        Problem(f"{REVOKED}/{name[:80]!r}", "it is not the SHA-256 of a key: it revokes nothing")
        for name in names
        if not _TOMBSTONE.fullmatch(name)
    ]
    return revoked, strays
