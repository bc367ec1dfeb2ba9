"""The audit trail of a trust directory: what operators changed, chained and sealed."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from callgate import SecretKey
from callgate._key_file import load_secret_key, make_secret_key
from callgate.audit.journal import Journal
from callgate.audit.log import AuditLog

_KEY: Final = "audit-key.pem"


def record(directory: Path, what: str, fields: Mapping[str, Any]) -> None:
    """Returns when a line of the kind ``trust`` is on the disk and sealed.

    Makes the folder and the trail's key where they are missing. A verifier keeps a copy of the
    public key (``audit-key.pub.pem``) elsewhere. Raises CallgateError, OSError.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(_record(directory, {"what": what, "operator": _operator(), **fields}))


async def _record(directory: Path, fields: Mapping[str, Any]) -> None:
    with _key(directory / _KEY) as key, Journal(directory / "journal") as journal:
        async with AuditLog(directory, key=key, journal=journal) as audit:
            await audit.note("trust", fields)


def _key(path: Path) -> SecretKey:
    if not path.exists():
        make_secret_key(path)
    return load_secret_key(path)


def _operator() -> str:
    with contextlib.suppress(Exception):  # a container's user may have no name
        return getpass.getuser()
    return str(os.getuid())
