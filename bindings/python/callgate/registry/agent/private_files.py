"""PrivateFiles: certificate and key in files for libraries that take paths alone.

They lie in memory where the system has `/dev/shm`, in a directory with a random name that only this
user can enter, and are removed at exit. What a killed process left behind, the next one removes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
import weakref
from pathlib import Path
from typing import Final, final

from callgate.registry.agent.credentials import Credentials
from callgate.registry.agent.errors import CredentialError

_SHARED_MEMORY: Final = Path("/dev/shm")
_PREFIX: Final = "callgate-credentials-"
# After the prefix: the process, the moment it started (clock ticks since boot), and chance.
_NAME: Final = re.compile(re.escape(_PREFIX) + r"(\d+)-(\d+)-\w+")


@final
class PrivateFiles:
    """A directory with ``cert.pem``, ``key.pem`` and, where there are authorities, ``ca.pem``.

    Use it as a context manager, or call ``remove``; at the latest the interpreter's end removes it.
    Example: ``with PrivateFiles(credentials) as files: context.load_cert_chain(files.certificate,
    files.key)``. Raises CredentialError where the directory cannot be had.
    """

    def __init__(self, credentials: Credentials, *, base: Path | None = None) -> None:
        base = base or (_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir()))
        remove_leftovers(base)
        prefix = f"{_PREFIX}{os.getpid()}-{_started(os.getpid())}-"
        try:
            # 0700, a random name, and an error if it exists.
            self.directory = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
        except OSError as error:
            message = f"no directory for credentials: {error.strerror}"
            raise CredentialError(message, str(base)) from error
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.directory, ignore_errors=True)
        self.certificate = self._write("cert.pem", credentials.chain_pem)
        self.key = self._write("key.pem", credentials.key_pem)
        self.ca = None
        if credentials.authorities:
            self.ca = self._write("ca.pem", credentials.authorities_pem)

    def remove(self) -> None:
        """Removes the directory and all in it. May be called again."""
        self._finalizer()

    def __enter__(self) -> PrivateFiles:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()

    def _write(self, name: str, text: bytes) -> Path:
        directory = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            status = os.fstat(directory)
            if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) != 0o700:
                message = "is not this user's alone: something changed it"
                raise CredentialError(message, str(self.directory))
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(name, flags, 0o600, dir_fd=directory), "wb") as file:
                file.write(text)
        finally:
            os.close(directory)
        return self.directory / name


def remove_leftovers(base: Path) -> None:
    """Removes this user's directories whose process is gone, or is another one by now.

    A process of another container may share the memory and not the process numbers: what is younger
    than a day is only removed where the number is this machine's to judge.
    """
    for entry in base.glob(f"{_PREFIX}*"):
        named = _NAME.fullmatch(entry.name)
        with contextlib.suppress(OSError):
            if named is None or entry.is_symlink() or entry.stat().st_uid != os.geteuid():
                continue
            pid, started = int(named[1]), named[2]
            if _started(pid) != started:
                shutil.rmtree(entry, ignore_errors=True)


def _started(pid: int) -> str:
    """Field 22 of proc(5)'s stat, ``0`` for a process that is not there or cannot be seen."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "0"
    return text.rpartition(")")[2].split()[19]
