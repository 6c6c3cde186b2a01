"""Connections to the store: SQLite in a file of ours, or PostgreSQL by URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from services.common.errors import UsageError

FILE_NAME: Final = "turnstile.sqlite"
CONNECT_SECONDS: Final = 3
BUSY_MS: Final = 3000
POOL_WAIT_SECONDS: Final = 3
STATEMENT_MS: Final = 30_000
VANISHED_MS: Final = 10_000  # after which a database host that was unplugged is given up

Access = Literal["own", "use"]
"""``own``: makes and migrates the tables, writes rows. ``use``: asks, and writes resets; never creates anything."""


def store_url(database_url: str | None, folder: Path) -> URL:
    """Return where the store is: ``database_url``, or a file in ``folder``.

    Raises:
        UsageError: The URL is not one of SQLite or PostgreSQL.
    """
    if database_url is None:
        return URL.create("sqlite", database=str(folder / FILE_NAME))
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError) as error:
        raise UsageError("TURNSTILE_DATABASE_URL is no URL; try postgresql://user:password@host/database") from error
    if url.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database not in {None, "", ":memory:"}:
        return url
    raise UsageError(
        f"TURNSTILE_DATABASE_URL begins with {url.drivername}://; allowed: postgresql://… and sqlite:///path/to/file"
    )


def shown(url: URL) -> str:
    """Return a store's place for people, without the password."""
    return f"SQLite in {url.database}" if url.get_backend_name() == "sqlite" else url.render_as_string()


def open_store(url: URL, access: Access) -> Engine:
    """Return an engine; nothing is connected yet."""
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url, access)
    options = f"-c timezone=UTC -c statement_timeout={STATEMENT_MS}"
    return create_engine(
        url,
        pool_size=1 if access == "own" else 5,
        max_overflow=0 if access == "own" else 5,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "turnstile",
            "options": options,
            "keepalives_idle": 10,
            "tcp_user_timeout": VANISHED_MS,
        },
    )


def _open_sqlite(url: URL, access: Access) -> Engine:
    mode = "rwc" if access == "own" else "rw"
    database = f"file:{quote(str(url.database))}"
    engine = create_engine(
        url.set(database=database, query={**url.query, "mode": mode, "uri": "true"}),
        pool_timeout=POOL_WAIT_SECONDS,
        connect_args={"timeout": BUSY_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we begin transactions ourselves: see below
        connection.execute("PRAGMA journal_mode=WAL")
        # The spool gives rows up once they are committed here, so committed must mean on the disk.
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # One that reads first and writes later could not wait for another writer; ours says at once that it writes.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if access == "own" else "BEGIN")

    return engine
