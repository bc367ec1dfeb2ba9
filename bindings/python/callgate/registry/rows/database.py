"""Database: an engine whose transactions come one after the other."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from callgate import CallgateError
from callgate.registry.rows.tables import META, METADATA, SCHEMA_VERSION

# Seconds that a writer waits for another process.
LOCK_SECONDS: Final = 2
CONNECT_SECONDS: Final = 5
# Options of a connection that will not write, so that it waits for no writer.
READ_ONLY: Final[dict[str, Any]] = {"callgate_read_only": True}
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# Of pg_advisory_xact_lock: the writers of all registries that share a database.
_LOCK_KEY: Final = 0x63616C6C67617465


def url_of(reference: str | None, state: Path) -> URL:
    """Where the database is: a URL, the path of a SQLite file, or ``registry.db`` in ``state``.

    Raises CallgateError, whose text holds no part of the URL: there may be a password in it.
    """
    if reference is None:
        return URL.create("sqlite", database=str(state / "registry.db"))
    # With one slash it would be a path, and a folder be made whose name holds the password.
    if _SCHEME.match(reference) is None:
        return URL.create("sqlite", database=str(Path(reference).expanduser()))
    try:
        url = make_url(reference)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        message = "expected postgresql://…, sqlite:///… or the path of a SQLite file"
        raise CallgateError(message, "INVALID_ARGUMENT", "database_url")
    if url.get_backend_name() == "sqlite":
        return URL.create("sqlite", database=url.database)
    return url.set(drivername="postgresql+psycopg")


def open_database(url: URL) -> Engine:
    """Connects, and makes the tables where there are none.

    Raises CallgateError where it cannot be reached, or has tables of another version.
    """
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    try:
        with engine.begin() as connection:
            lock(connection)
            METADATA.create_all(connection)
            version = connection.execute(
                select(META.c.value).where(META.c.name == "version")
            ).scalar()
            if version is None:
                rows = [{"name": "version", "value": SCHEMA_VERSION}]
                connection.execute(insert(META), [*rows, {"name": "revision", "value": 0}])
            elif version != SCHEMA_VERSION:
                message = (
                    f"the database has tables of version {version}, this registry is of version "
                    f"{SCHEMA_VERSION}: use another database, or the registry that made it"
                )
                raise CallgateError(message, "INVALID_ARGUMENT", "database_url")
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        message = f"the database cannot be used: {type(error).__name__}; see that it is reachable"
        raise CallgateError(message, "INVALID_ARGUMENT", "database_url") from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def lock(connection: Connection) -> None:
    """Waits for the writers of other processes. To be called first in a transaction.

    SQLite has done so when the transaction began.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


def _sqlite(url: URL) -> Engine:
    # Made here, so that no other user can read it.
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        connection.isolation_level = None  # the driver begins no transaction by itself
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("callgate_read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL) -> Engine:
    timeouts = f"-c statement_timeout={LOCK_SECONDS * 1000} -c lock_timeout={LOCK_SECONDS * 1000}"
    return create_engine(
        url,
        pool_size=2,
        max_overflow=1,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": timeouts},
    )
