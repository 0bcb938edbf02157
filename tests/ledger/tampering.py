"""What somebody with all rights in the database can do to a ledger, past the program and its triggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from watchroom.ledger.database import open_engine
from watchroom.ledger.entry import StoredRow
from watchroom.ledger.tables import entries

SQLITE_TRIGGERS = ("ledger_entries_update", "ledger_entries_delete", "ledger_entries_insert")


@contextmanager
def raw(url: str) -> Iterator[sa.Connection]:
    """A connection of somebody who has taken the triggers away."""
    engine = open_engine(url, create=False)
    try:
        with engine.connect() as connection, connection.begin():
            if engine.dialect.name == "sqlite":
                for trigger in SQLITE_TRIGGERS:
                    connection.execute(sa.text(f"drop trigger if exists {trigger}"))
            else:
                connection.execute(sa.text("alter table ledger_entries disable trigger user"))
            yield connection
    finally:
        engine.dispose()


def rows(url: str) -> list[StoredRow]:
    with raw(url) as connection:
        return [StoredRow._make(row) for row in connection.execute(sa.select(entries).order_by(entries.c.seq))]


def put(url: str, stored: list[StoredRow]) -> None:
    """Makes the table hold exactly these rows."""
    with raw(url) as connection:
        connection.execute(sa.delete(entries))
        if stored:
            connection.execute(sa.insert(entries), [row._asdict() for row in stored])


def rehashed(row: StoredRow) -> StoredRow:
    """The row with the hash that its content has."""
    return row._replace(hash=row.computed_hash())


def rewritten(stored: list[StoredRow]) -> list[StoredRow]:
    """The rows as a chain that holds: every number, link and hash made anew."""
    chain: list[StoredRow] = []
    for seq, row in enumerate(stored, 1):
        before = chain[-1].hash if chain else "0" * 64
        chain.append(rehashed(row._replace(seq=seq, prev_hash=before)))
    return chain
