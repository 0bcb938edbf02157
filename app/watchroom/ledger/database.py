"""The two databases a ledger may live in: how to reach them, how to hold the one write lock, what their errors mean.

The rest of the ledger is the same on both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from watchroom.errors import LedgerError
from watchroom.ledger.problems import explained

WAIT_SECONDS = 30.0
"""How long to wait for the write lock: many times what any entry takes, and short enough for a person to be told."""

CONNECT_SECONDS = 10
"""How long to wait for a PostgreSQL server to answer."""

_WRITES = "watchroom_writes"
_WAIT = "watchroom_wait"
# Any constant will do; every Watchroom that writes to one database must use the same.
_ADVISORY_LOCK = 0x7761746368726D


def open_engine(url: str, *, create: bool, wait: float = WAIT_SECONDS) -> sa.Engine:
    """An engine for `url`; with `create`, a SQLite file and its folder are made where there are none.

    Raises `LedgerError` for a URL that is no ledger's, a missing file, a missing driver.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, create=create, wait=wait)
    return _postgresql(parsed, wait)


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection to read with; database errors come out as `LedgerError`."""
    with _explained(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that holds the write lock from its first moment: what is read in it is still so at its end.

    It commits at the end and leaves nothing behind when anything is raised. Database errors come out as `LedgerError`.
    """
    with (
        _explained(engine),
        engine.connect().execution_options(**{_WRITES: True}) as connection,
        connection.begin(),
    ):
        if engine.dialect.name == "postgresql":
            _lock_postgresql(connection, engine)
        yield connection


def place(engine: sa.Engine) -> str:
    """Where the ledger is, for a person to read: the URL without its password."""
    return engine.url.render_as_string(hide_password=True)


@contextmanager
def _explained(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        raise explained(error, place(engine)) from error


def _parsed(url: str) -> sa.URL:
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        known = parsed.drivername in ("sqlite", "postgresql+psycopg") and bool(parsed.database)
    except (sa.exc.ArgumentError, ValueError):
        known = False
    # The URL is not repeated: what could not be read may hold a password anywhere.
    # A `?` in a SQLite path would cut the rest of the name off without a word.
    if not known or parsed.database == ":memory:" or (parsed.drivername == "sqlite" and "?" in url):
        raise LedgerError(
            "The ledger's URL is not one that Watchroom understands.",
            next_step="Write `sqlite:///./ledger.db` for a file, or `postgresql+psycopg://user@host/database`.",
        )
    return parsed


def _sqlite(url: sa.URL, *, create: bool, wait: float) -> sa.Engine:
    file = Path(url.database or "").absolute()
    if create:
        _make_file(file)
    elif not file.is_file():
        raise LedgerError(
            f"There is no ledger at {file}.",
            next_step="`watchroom refresh` makes it; or correct `ledger:` in watchroom.yaml.",
        )

    def connect() -> sqlite3.Connection:
        # mode=rw: a file that goes away under a running server is an error, never a new, empty ledger.
        connection = sqlite3.connect(
            f"{file.as_uri()}?mode=rw", uri=True, timeout=wait, isolation_level=None, check_same_thread=False
        )
        # Text that is not UTF-8 must show as a changed entry, not stop the reading of all the others.
        connection.text_factory = _lenient_text
        # After a power cut the last entry that somebody was told is written must be there.
        connection.execute("pragma synchronous = extra")
        return connection

    # No pool: a connection costs a tenth of a millisecond, and a file put back from a backup is seen at once.
    engine = sa.create_engine(url, creator=connect, poolclass=sa.pool.NullPool)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _lenient_text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _make_file(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(exist_ok=True)
    except OSError as error:
        raise LedgerError(
            f"The ledger {file} cannot be made.",
            why=f"{error.strerror or error}.",
            next_step="Make its folder writable, or set `ledger:` in watchroom.yaml to another place.",
        ) from error


def _begin_sqlite(connection: sa.Connection) -> None:
    # A deferred transaction takes the write lock at its first write: two that have both read would then both fail.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("begin immediate" if writes else "begin")


def _postgresql(url: sa.URL, wait: float) -> sa.Engine:
    arguments: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        # Prepared statements break behind a pooler that hands out another server connection for each transaction.
        "prepare_threshold": None,
    }
    try:
        return sa.create_engine(
            url,
            connect_args=arguments,
            pool_pre_ping=True,
            # Above this level the transaction would see the table as it was before it got the lock.
            isolation_level="READ COMMITTED",
            execution_options={_WAIT: wait},
        )
    except ModuleNotFoundError as error:
        raise LedgerError(
            "The driver for PostgreSQL is not installed.",
            why=f"{error}.",
            next_step="Install `watchroom[postgres]`.",
        ) from error


def _lock_postgresql(connection: sa.Connection, engine: sa.Engine) -> None:
    milliseconds = int(engine.get_execution_options()[_WAIT] * 1000)
    connection.execute(sa.text("select set_config('lock_timeout', :wait, true)"), {"wait": f"{milliseconds}ms"})
    connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
