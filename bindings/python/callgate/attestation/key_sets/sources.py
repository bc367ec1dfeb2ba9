"""Where the keys of one issuer come from: a URL, or a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final, Protocol, TypeAlias, final

from callgate.attestation.key_sets.download import MOST_BYTES, Download
from callgate.attestation.key_sets.errors import PermanentFailure, TransientFailure

_Signature: TypeAlias = tuple[int, int, int, int]


class Source(Protocol):
    """The source of one issuer's keys. One thread at a time calls its methods."""

    @property
    def is_watched(self) -> bool:
        """Whether ``changed`` knows, so that asking again without a change finds the same."""

    def changed(self) -> bool:
        """Whether there is something else than what the last ``read`` found, right or wrong."""

    def read(self) -> bytes:
        """The document. Raises TransientFailure or PermanentFailure."""


@final
class UrlSource:
    """A JWKS behind a URL."""

    def __init__(self, url: str, download: Download) -> None:
        self._url: Final = url
        self._download: Final = download

    @property
    def is_watched(self) -> bool:
        return False

    def changed(self) -> bool:
        return False

    def read(self) -> bytes:
        return self._download.get(self._url)


@final
class FileSource:
    """A JWKS in a file: read again when the file is another, or was written."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path: Final = Path(path)
        self._name: Final = os.fspath(path)
        self._read: _Signature | None = None

    @property
    def is_watched(self) -> bool:
        return True

    def changed(self) -> bool:
        return self._signature() != self._read

    def read(self) -> bytes:
        # Before its text: what is written meanwhile makes another signature.
        self._read = self._signature()
        try:
            if not stat.S_ISREG(self._path.stat().st_mode):  # a pipe would never end
                raise PermanentFailure("the path names no regular file")
            with self._path.open("rb") as file:
                document = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise TransientFailure(f"the file cannot be read: {error.strerror}") from error
        if len(document) > MOST_BYTES:
            raise PermanentFailure(f"the file has more than {MOST_BYTES} bytes")
        return document

    def _signature(self) -> _Signature | None:
        try:
            # At every look-up, where Path.stat takes three times as long.
            found = os.stat(self._name)  # noqa: PTH116
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
