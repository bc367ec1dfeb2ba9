"""Where the key of a workload is kept between starts, so that they share one session.

A start with a new key is a new session, and a gateway has room for few of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from callgate import CallgateError, SecretKey

_log = logging.getLogger(__name__)


def kept_key_file(
    environ: Mapping[str, str], gateway: str, workload: str, scope: str
) -> Path | None:
    """The file with the key for this workload and scope at this gateway, made if there is none.

    ``$XDG_STATE_HOME/callgate/connect/``, or that in ``~/.local/state``. Where nothing can be
    written, None, and a line in the log. Raises CallgateError for a folder that others may change.
    """
    try:
        folder = _folder(environ)
        # A user who may change the first can put another in the place of the second.
        with contextlib.suppress(FileExistsError):
            folder.parent.mkdir(mode=0o700, parents=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        for ours in (folder.parent, folder):
            _check_private(ours)
        path = folder / _name(gateway, workload, scope)
        if not path.exists():
            _make(path)
        return path
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home
        reason = getattr(error, "strerror", None) or str(error)
        _log.warning("callgate connect: its key lasts as long as the process: %s", reason)
        return None


def _folder(environ: Mapping[str, str]) -> Path:
    state = Path(environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():  # the specification ignores it then
        state = Path.home() / ".local" / "state"
    return state / "callgate" / "connect"


def _check_private(folder: Path) -> None:
    status = folder.stat()
    if status.st_uid != os.geteuid():
        message = "the folder of kept keys belongs to another user: use --key, or XDG_STATE_HOME"
    elif status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        message = "the folder of kept keys may be changed by others: chmod 700 it"
    else:
        return
    raise CallgateError(message, "INVALID_ARGUMENT", str(folder))


def _name(gateway: str, workload: str, scope: str) -> str:
    # A gateway takes a key for one workload and one scope.
    text = json.dumps([gateway.rstrip("/"), workload, scope])
    return hashlib.sha256(text.encode()).hexdigest()[:32] + ".pem"


def _make(path: Path) -> None:
    """Whole, or not at all. Of processes that start together one makes it, and all use it."""
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)  # 0600
    try:
        with os.fdopen(descriptor, "w") as file, SecretKey.generate() as key:
            file.write(key.to_pem())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)  # which replaces nothing
    finally:
        Path(name).unlink()
