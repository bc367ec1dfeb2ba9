"""read_file: a file of an operator's, such as a key, that is what it should be when it is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from typing import Final

from callgate._errors import CallgateError

# What no other user may do with a secret: nothing, or, where a group shares it, all but write.
PRIVATE: Final = stat.S_IRWXG | stat.S_IRWXO
OF_GROUP: Final = stat.S_IWGRP | stat.S_IRWXO
_ADVICE: Final = "may be read or written by others: chmod 600 it"


def read_file(
    path: str | os.PathLike[str],
    *,
    most: int,
    barred: int = 0,
    owners: Collection[int] | None = None,
    advice: str = _ADVICE,
) -> bytes:
    """The content of a regular file of at most ``most`` bytes.

    No bit of its mode is among ``barred``, else ``advice`` is the message; its owner is one of
    ``owners`` (user ids), where they are given. All is judged on the open file, since by its name
    it could be another one a moment later, and links are followed. A pipe is not waited for.
    Raises CallgateError, whose ``where`` is the path and whose message holds nothing of the file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _error("is no regular file", path)
            if status.st_mode & barred:
                raise _error(advice, path)
            if owners is not None and status.st_uid not in owners:
                raise _error("belongs to another user", path)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(most + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _error(error.strerror or "cannot be read", path) from error
    if len(data) > most:
        raise _error(f"is larger than {most} bytes", path)
    return data


def _error(message: str, path: str | os.PathLike[str]) -> CallgateError:
    return CallgateError(message, "INVALID_ARGUMENT", os.fsdecode(path))
