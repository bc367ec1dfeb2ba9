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
from callgate.audit.journal import Journal
from callgate.audit.log import AuditLog

_KEY: Final = "audit-key.pem"


def record(directory: Path, what: str, fields: Mapping[str, Any]) -> None:
    """Returns when a line of the kind ``trust`` is on the disk and sealed.

    The folder, its key and the public key beside it are made where they are missing; who verifies
    the trail keeps the public key elsewhere. Raises CallgateError, OSError.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(_record(directory, {"what": what, "operator": _operator(), **fields}))


async def _record(directory: Path, fields: Mapping[str, Any]) -> None:
    with _key(directory / _KEY) as key, Journal(directory / "journal") as journal:
        async with AuditLog(directory, key=key, journal=journal) as audit:
            await audit.note("trust", fields)


def _key(path: Path) -> SecretKey:
    if not path.exists():
        with SecretKey.generate() as key:
            path.with_suffix(".pub.pem").write_text(key.public_key.to_pem())
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(key.to_pem())
                file.flush()
                os.fsync(file.fileno())
    return SecretKey.from_pem(path.read_text())


def _operator() -> str:
    with contextlib.suppress(Exception):  # a container's user may have no name
        return getpass.getuser()
    return str(os.getuid())
