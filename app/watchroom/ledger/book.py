"""The ledger: appending entries under the one write lock, and reading them.

What the entries mean is said in `registry_events` and `approvals`; whether the chain holds is found out in `verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import sqlalchemy as sa

from watchroom.ledger.database import WAIT_SECONDS, open_engine, reading, writing
from watchroom.ledger.entry import Entry, Head, NewEntry, StoredRow, entry_of, row_of, sealed
from watchroom.ledger.migrate import check_schema, migrate
from watchroom.ledger.tables import entries as table
from watchroom.ledger.verify import MAX_BREAKS, Verification, verify_chain

T = TypeVar("T")


class Transaction:
    """The ledger with its write lock held: what is read here stays true until what is appended here is written."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def head(self) -> Head:
        """The last entry's number and hash; `Head(0, GENESIS_HASH)` when there is none."""
        return _head(self._connection)

    def entries(
        self,
        *,
        kind: str | None = None,
        model: str | None = None,
        after: int = 0,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Entry]:
        """As `Ledger.entries`."""
        return _entries(self._connection, kind, model, after, limit, newest_first)

    def holds(self, head: Head) -> bool:
        """Whether the entry with the head's number has the head's hash; the empty ledger's head is in every ledger."""
        hashes = self._connection.execute(sa.select(table.c.hash).where(table.c.seq == head.seq)).scalars().all()
        return head == Head() or list(hashes) == [head.hash]

    def append_all(self, new: Iterable[NewEntry]) -> list[Entry]:
        """As `Ledger.append_all`; written when the transaction ends without an error."""
        head, at, rows = self.head(), datetime.now(UTC), []
        for one in new:
            row = sealed(one, head, at)
            rows.append(row)
            head = Head(row.seq, row.hash)
        self._insert(rows)
        return [entry_of(row) for row in rows]

    def put_back(self, entries: Iterable[Entry]) -> None:
        """Appends another ledger's entries with their numbers, times and hashes; the database lets only the next in."""
        self._insert([row_of(entry) for entry in entries])

    def _insert(self, rows: list[StoredRow]) -> None:
        if rows:
            self._connection.execute(sa.insert(table), [row._asdict() for row in rows])


class Ledger:
    """The append-only record. Safe to share between threads; each process opens its own.

    `with Ledger.open(url, create=False) as ledger: ...` closes it at the end.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, create: bool, wait: float = WAIT_SECONDS) -> Self:
        """The ledger at `url` (`sqlite:///…` with a resolved path, or `postgresql+psycopg://…`).

        With `create` it is made where there is none and brought to this program's schema: what jobs do. Without, it
        must be there and have that schema: what pages do. `wait` is how many seconds to wait for the write lock.
        Raises `LedgerError`.
        """
        engine = open_engine(url, create=create, wait=wait)
        try:
            if create:
                migrate(engine)
            else:
                check_schema(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @property
    def file(self) -> Path | None:
        """The file of a ledger in SQLite; None for one in PostgreSQL."""
        url = self._engine.url
        return Path(url.database).absolute() if url.get_backend_name() == "sqlite" and url.database else None

    def close(self) -> None:
        """Gives the connections back; the ledger must not be used any more."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Holds the write lock, to read and then append what follows from it; nobody else writes meanwhile.

        All is written at the end, or nothing when anything is raised. Raises `LedgerError`.
        """
        with writing(self._engine) as connection:
            yield Transaction(connection)

    def append(self, new: NewEntry) -> Entry:
        """Writes one entry and returns it as it now stands. Raises `LedgerError`; then nothing was written."""
        return self.append_all([new])[0]

    def append_all(self, new: Iterable[NewEntry]) -> list[Entry]:
        """Writes entries in a row, all or none, with one time. Raises `LedgerError`; then none was written."""
        with self.transaction() as transaction:
            return transaction.append_all(new)

    def entries(
        self,
        *,
        kind: str | None = None,
        model: str | None = None,
        after: int = 0,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Entry]:
        """The entries with a `seq` above `after`, at most `limit`, in the order of `seq` unless `newest_first`.

        Raises `LedgerBroken` when one cannot be read as an entry; it does not look at the hashes, `verify` does.
        """
        with reading(self._engine) as connection:
            return _entries(connection, kind, model, after, limit, newest_first)

    def head(self) -> Head:
        """The last entry's number and hash, to be kept elsewhere; `Head(0, GENESIS_HASH)` when there is none."""
        with reading(self._engine) as connection:
            return _head(connection)

    def ask(self, question: Callable[[sa.Connection], T]) -> T:
        """What a question finds on a connection to read with, for `search`; nothing is written through it."""
        with reading(self._engine) as connection:
            return question(connection)

    def verify(self, expected_head: Head | None = None, *, max_breaks: int = MAX_BREAKS) -> Verification:
        """Reads the whole chain and tells every break in it, the first `max_breaks` by name.

        `expected_head` is a head that was kept elsewhere: without one, a missing tail or a chain that was written anew
        from some entry on cannot be seen. Entries written meanwhile do no harm.
        """
        with reading(self._engine) as connection:
            return verify_chain(connection, expected_head, max_breaks)


def verify_url(url: str, expected_head: Head | None = None) -> Verification:
    """Opens the ledger at `url`, verifies it and closes it. Raises `LedgerError` when it cannot be read at all."""
    with Ledger.open(url, create=False) as ledger:
        return ledger.verify(expected_head)


def _head(connection: sa.Connection) -> Head:
    last = connection.execute(sa.select(table.c.seq, table.c.hash).order_by(table.c.seq.desc()).limit(1)).first()
    return Head(last.seq, last.hash) if last else Head()


def _entries(
    connection: sa.Connection, kind: str | None, model: str | None, after: int, limit: int | None, newest_first: bool
) -> list[Entry]:
    query = sa.select(table).where(table.c.seq > after).limit(limit)
    if kind is not None:
        query = query.where(table.c.kind == kind)
    if model is not None:
        query = query.where(table.c.model == model)
    query = query.order_by(table.c.seq.desc() if newest_first else table.c.seq)
    return [entry_of(StoredRow._make(row)) for row in connection.execute(query)]
