"""Reading a trail: lines with their places, bounded, file after file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from callgate.audit.chain import MAX_LINE
from callgate.audit.errors import AuditError
from callgate.audit.trail import open_regular, trail_files


class Place(NamedTuple):
    """Where a line stands."""

    path: Path
    number: int

    def __str__(self) -> str:
        return f"{self.path}:{self.number}"


class Text(NamedTuple):
    """One line without its break. Not ``complete``: the file ends before the break."""

    place: Place
    text: bytes
    complete: bool


def read_texts(files: Sequence[Path]) -> Iterator[Text]:
    """Every line in the order of the files. Raises OSError, AuditError for an endless line."""
    for path in files:
        with open_regular(path) as file:
            number = 0
            while line := file.readline(MAX_LINE + 1):
                number += 1
                complete = line.endswith(b"\n")
                if len(line) > MAX_LINE:
                    raise AuditError(
                        "the line is longer than any that is written", f"{path}:{number}"
                    )
                yield Text(Place(path, number), line.removesuffix(b"\n"), complete)


def expand(paths: Sequence[Path], *, none: bool = False) -> list[Path]:
    """Folders as the files of their trail. Raises OSError, and AuditError where there is none,
    unless ``none`` says that this is for the caller to judge.
    """
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        within = trail_files(path)
        if not within and not none:
            raise AuditError("the folder holds no audit trail", path)
        files += within
    return files
