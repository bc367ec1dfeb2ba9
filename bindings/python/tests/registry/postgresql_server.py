"""A PostgreSQL server for tests: made by initdb, on a unix socket, stopped at the end."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

USER = "postgres"  # initdb refuses to run as root


def programs() -> Path | None:
    """The folder with initdb, None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database."""
    folder = programs()
    assert folder is not None, "tools/setup.sh servers installs PostgreSQL"
    as_user: list[str] = []
    owner = pwd.getpwuid(os.geteuid())
    if owner.pw_uid == 0:
        owner = pwd.getpwnam(USER)
        as_user = ["setpriv", "--reuid", USER, "--regid", str(owner.pw_gid), "--clear-groups"]
    # A path of a unix socket is short.
    home = Path(tempfile.mkdtemp(prefix="callgate-pg-", dir="/tmp"))
    os.chown(home, owner.pw_uid, owner.pw_gid)
    data, log = home / "data", home / "log"

    def run(*command: object) -> None:
        subprocess.run(
            [*as_user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, timeout=120
        )

    try:
        run(folder / "initdb", "-D", data, "-A", "trust", "-U", "test", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
        run(folder / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield f"postgresql://test@/postgres?host={home}"
        finally:
            run(folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
