"""Bringing a ledger's database to the schema that this program knows, and telling when it is not there.

The steps themselves are in `migrations/versions`; Alembic is imported only when there is one to take.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from watchroom.errors import LedgerError
from watchroom.ledger.database import place, reading, writing
from watchroom.ledger.tables import SCHEMA_VERSIONS, VERSION_TABLE

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(engine: sa.Engine) -> None:
    """Makes or upgrades the ledger's tables, all in one transaction; does nothing when they are up to date.

    Two processes may call it at once. Raises `LedgerError` for a newer schema and for a SQLite file of something else.
    """
    with reading(engine) as connection:
        if _version(connection) == SCHEMA_VERSIONS[-1]:
            return
    with writing(engine) as connection:
        _check_not_newer(_version(connection), engine)
        _check_ours(connection, engine)
        _upgrade(connection)


def check_schema(engine: sa.Engine) -> None:
    """Raises `LedgerError` unless the schema is exactly the one this program knows; changes nothing."""
    with reading(engine) as connection:
        version = _version(connection)
    _check_not_newer(version, engine)
    if version is None:
        raise LedgerError(f"There is no ledger in {place(engine)}.", next_step="`watchroom refresh` makes it.")
    if version != SCHEMA_VERSIONS[-1]:
        raise LedgerError(
            f"The ledger at {place(engine)} has an older form than this program needs.",
            why=f"It has version {version} of its tables; this program has {SCHEMA_VERSIONS[-1]}.",
            next_step="`watchroom refresh` brings it up to date; nothing in it is lost.",
        )


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    table = sa.table(VERSION_TABLE, sa.column("version_num", sa.Text))
    version: str | None = connection.execute(sa.select(table.c.version_num)).scalar()
    return version


def _check_not_newer(version: str | None, engine: sa.Engine) -> None:
    if version is None or version in SCHEMA_VERSIONS:
        return
    raise LedgerError(
        f"The ledger at {place(engine)} was written by a newer Watchroom.",
        why=f"It has version {version} of its tables; this program knows {', '.join(SCHEMA_VERSIONS)}.",
        next_step="Install that Watchroom here as well.",
    )


def _check_ours(connection: sa.Connection, engine: sa.Engine) -> None:
    # A SQLite file is somebody's whole database, perhaps MLflow's, which we never change; PostgreSQL's may be shared.
    inspector = sa.inspect(connection)
    if engine.dialect.name != "sqlite" or inspector.has_table(VERSION_TABLE):
        return
    tables = inspector.get_table_names()
    if tables:
        raise LedgerError(
            f"The file {engine.url.database} is not a ledger.",
            why=f"It holds the tables {', '.join(tables[:3])}{', …' if len(tables) > 3 else ''}.",
            next_step="Set `ledger:` in watchroom.yaml to a file of its own.",
        )


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # A `%` in the path would be read as the start of an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, SCHEMA_VERSIONS[-1])
