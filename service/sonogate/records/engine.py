"""The database: SQLite by default, PostgreSQL by URL; transactions that mean it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from sonogate.records.errors import RecordsError, UnavailableError

_WRITES = "sonogate_writes"
_BUSY_MS = 20_000


def open_engine(url: str) -> Engine:
    """Return the engine of ``sqlite:///PATH`` or ``postgresql://…``.

    Raises:
        RecordsError: The URL is neither. It is not quoted, because it may hold a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RecordsError("the database URL cannot be understood") from None
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=8,
            hide_parameters=True,
        )
    if parsed.get_backend_name() != "sqlite":
        raise RecordsError("the database must be SQLite or PostgreSQL")
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_MS / 1e3}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent look at the database, of which nothing is changed.

    Raises:
        UnavailableError: It cannot be reached.
    """
    isolation = {"isolation_level": "REPEATABLE READ"}
    options = {} if engine.dialect.name == "sqlite" else isolation
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise UnavailableError("the database does not answer") from error


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at the end, and undone when anything is raised.

    Raises:
        UnavailableError: The database cannot be reached; whether it was committed when the
            connection was lost at the very end is not known.
    """
    options = {_WRITES: True}
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        raise UnavailableError("the database does not answer") from error


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver's own transactions begin too late to be trusted with reads before writes.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        # A commit is on the disk when it returns, after loss of power too.
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"busy_timeout = {_BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
