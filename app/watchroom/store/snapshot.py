"""Published snapshots, opened for reading: what pages, the command line and exports ask their questions of.

Readers never write and never wait for a refresh. Each holds a lease: the snapshot that it began with stays open, and
on disk, until the lease ends.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from watchroom.errors import QueryError, QueryTimeout, SnapshotUnreadable
from watchroom.settings import Settings, default_threads
from watchroom.store.locks import FileLock, lock_shared
from watchroom.store.manifest import Manifest, StoreFolder
from watchroom.store.schema import PARTS, SCHEMA_VERSION, tables_of

_OPEN_ATTEMPTS = 5
"""A refresh may publish and prune between reading the pointer and taking the lock; five times in a row it does not."""


MAX_TEXT = 64_000_000
"""Characters of an answer to a statement that a person wrote: more fills the memory, and no screen."""

_FETCHED_AT_ONCE = 256

_READING = (duckdb.StatementType.SELECT,)
"""Not EXPLAIN: its ANALYZE runs whatever statement follows, also one that replaces a view."""


@dataclass(frozen=True)
class ReaderLimits:
    """What one process may use for reading: a time limit for a query, and DuckDB's memory and threads.

    What is not given is as in the settings.
    """

    query_seconds: float = Settings.query_seconds
    memory_mb: int = Settings.memory_limit_mb
    threads: int = field(default_factory=default_threads)

    @staticmethod
    def of(settings: Settings) -> ReaderLimits:
        """The limits that the settings give."""
        return ReaderLimits(settings.query_seconds, settings.memory_limit_mb, settings.threads)


Params = Sequence[Any] | Mapping[str, Any]
"""What is bound in a statement: in the order of its `?`, or by the names after its `$`."""


class Snapshot:
    """One published snapshot. Any number of threads may ask it at once.

    Times in answers are UTC without a zone; NULL comes as None, NaN or NaT by the rules of pandas.
    """

    def __init__(self, folder: StoreFolder, manifest: Manifest, limits: ReaderLimits, lock: FileLock) -> None:
        self.id = manifest.id
        self.made_at: datetime = manifest.made_at
        self.manifest = manifest
        self._limits = limits
        self._lock = lock
        self._connection = _attach(folder, manifest, limits)

    @property
    def day(self) -> date:
        """The UTC day on which it was made: what is dated later is never what is now."""
        return self.made_at.astimezone(UTC).date()

    def query(self, sql: str, params: Params = (), *, seconds: float | None = None) -> pd.DataFrame:
        """The answer as a frame. Raises QueryTimeout past the time limit, QueryError when DuckDB refuses it."""
        with self._executed(sql, params, seconds) as cursor:
            return cursor.df()

    def rows(self, sql: str, params: Params = (), *, seconds: float | None = None) -> list[tuple[Any, ...]]:
        """The answer as tuples; quicker than `query` for a few rows."""
        with self._executed(sql, params, seconds) as cursor:
            return cursor.fetchall()

    def page(self, sql: str, limit: int, *, seconds: float | None = None) -> tuple[pd.DataFrame, bool]:
        """At most `limit` rows of a statement that a person wrote, and whether there were more.

        Raises QueryError for anything but one statement that reads: no view is dropped under the other readers.
        """
        self._must_only_read(sql)
        with self._executed(sql, (), seconds) as cursor:
            names = [column[0] for column in cursor.description or ()]
            rows = _fetched(cursor, limit + 1)
        return pd.DataFrame(rows[:limit], columns=pd.Index(names), dtype=object), len(rows) > limit

    def _must_only_read(self, sql: str) -> None:
        try:
            kinds = [statement.type for statement in self._connection.cursor().extract_statements(sql)]
        except duckdb.Error as error:
            raise QueryError("The statement is not understood.", why=str(error)) from error
        if len(kinds) != 1 or kinds[0] not in _READING:
            raise QueryError(
                "Only one statement that reads is answered.",
                why=f"This is {' and '.join(kind.name for kind in kinds) or 'empty'}.",
                next_step="Write one SELECT, FROM, DESCRIBE or SUMMARIZE; docs/tables.md names the tables.",
            )

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for each question: several threads may not share one."""
        return self._connection.cursor()

    @contextmanager
    def _executed(self, sql: str, params: Params, seconds: float | None) -> Iterator[duckdb.DuckDBPyConnection]:
        limit = self._limits.query_seconds if seconds is None else seconds
        cursor = self._cursor()
        alarm = threading.Timer(limit, cursor.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            yield cursor.execute(sql, params)
        except duckdb.InterruptException as error:
            raise QueryTimeout(
                f"The query was stopped after {limit:g} seconds.",
                why="It asked for more than can be answered in that time.",
                next_step="Narrow the filter or the period.",
            ) from error
        except duckdb.Error as error:
            raise QueryError("The query could not be answered.", why=str(error)) from error
        finally:
            alarm.cancel()
            cursor.close()

    def close(self) -> None:
        """Let go of the files; answers already given stay valid."""
        self._connection.close()
        self._lock.release()


def _fetched(cursor: duckdb.DuckDBPyConnection, limit: int) -> list[tuple[Any, ...]]:
    """At most `limit` rows; raises QueryError for more text than a person can want, or a value Python cannot hold."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    try:
        while len(rows) < limit and (some := cursor.fetchmany(min(_FETCHED_AT_ONCE, limit - len(rows)))):
            size += sum(len(value) for row in some for value in row if isinstance(value, str | bytes))
            if size > MAX_TEXT:
                raise QueryError(
                    f"The answer holds more than {MAX_TEXT // 1_000_000} million characters.",
                    next_step="Select fewer columns, or cut them with `left(…, 200)`.",
                )
            rows += some
    except (OverflowError, ValueError) as error:
        raise QueryError("The answer holds a value that cannot be shown.", why=str(error)) from error
    return rows


def _attach(folder: StoreFolder, manifest: Manifest, limits: ReaderLimits) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB over the parts, with the public tables as views, and no way out to files or settings."""
    if manifest.schema_version != SCHEMA_VERSION:
        raise SnapshotUnreadable(
            f"Snapshot {manifest.id} has schema {manifest.schema_version}, this program reads schema {SCHEMA_VERSION}.",
            why="It was made by another version of Watchroom.",
            next_step="Run `watchroom refresh` with this version.",
        )
    connection = duckdb.connect(":memory:", config={"threads": limits.threads, "memory_limit": f"{limits.memory_mb}MB"})
    try:
        for part in PARTS:
            path = str(folder.part_path(manifest.parts[part])).replace("'", "''")
            connection.execute(f"attach '{path}' as \"{part}\" (read_only)")
            for table in tables_of(part):
                connection.execute(f'create view "{table.name}" as select * from "{part}"."{table.name}"')
        for setting in ("temp_directory = ''", "enable_external_access = false", "lock_configuration = true"):
            connection.execute(f"set {setting}")
    except (duckdb.Error, KeyError) as error:
        connection.close()
        raise SnapshotUnreadable(
            f"Snapshot {manifest.id} cannot be opened.",
            why=str(error),
            next_step="Run `watchroom refresh --full` to build it anew.",
        ) from error
    return connection


class SnapshotStore:
    """The store as its readers see it: always the current snapshot, each kept open while somebody reads it."""

    def __init__(self, folder: Path, limits: ReaderLimits | None = None) -> None:
        self.folder = StoreFolder(folder)
        self._limits = limits or ReaderLimits()
        self._mutex = threading.Lock()
        self._open: dict[str, _Opened] = {}
        self._current: str | None = None
        self._pointer_seen: tuple[int, int] | None = None

    @contextmanager
    def lease(self) -> Iterator[Snapshot]:
        """The current snapshot, open until the lease ends whatever is published meanwhile.

        Raises NoSnapshot before the first refresh, SnapshotUnreadable when the files are damaged.
        """
        opened = self._take()
        try:
            yield opened.snapshot
        finally:
            with self._mutex:
                opened.readers -= 1
                self._close_unused()

    def current_id(self) -> str:
        """The id of the snapshot that a new lease would get."""
        with self._mutex:
            return self._follow_pointer()

    def close(self) -> None:
        """Close what nobody reads."""
        with self._mutex:
            self._current = self._pointer_seen = None
            self._close_unused()

    def _take(self) -> _Opened:
        with self._mutex:
            opened = self._open[self._follow_pointer()]
            opened.readers += 1
            return opened

    def _follow_pointer(self) -> str:
        """Open the snapshot that the pointer names, unless it is open already. Called with the mutex held."""
        for attempt in range(_OPEN_ATTEMPTS):
            seen = self._pointer_stamp()
            if self._current is not None and seen == self._pointer_seen:
                return self._current
            snapshot_id = self.folder.current_id()
            try:
                if snapshot_id not in self._open:
                    self._open[snapshot_id] = _Opened(self._open_snapshot(snapshot_id))
            except SnapshotUnreadable:
                if attempt == _OPEN_ATTEMPTS - 1 or self.folder.current_id() == snapshot_id:
                    raise
                continue
            self._current, self._pointer_seen = snapshot_id, seen
            self._close_unused()
            return snapshot_id
        raise AssertionError("unreachable")

    def _pointer_stamp(self) -> tuple[int, int] | None:
        try:
            stat = self.folder.pointer.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_mtime_ns

    def _open_snapshot(self, snapshot_id: str) -> Snapshot:
        try:
            lock = lock_shared(self.folder.manifest_path(snapshot_id))
        except FileNotFoundError as error:
            raise SnapshotUnreadable(f"The manifest of snapshot {snapshot_id} is gone.") from error
        try:
            return Snapshot(self.folder, self.folder.read_manifest(snapshot_id), self._limits, lock)
        except SnapshotUnreadable:
            lock.release()
            raise

    def _close_unused(self) -> None:
        unused = [key for key, opened in self._open.items() if opened.readers == 0 and key != self._current]
        for key in unused:
            self._open.pop(key).snapshot.close()


class _Opened:
    """A snapshot and how many leases are on it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.readers = 0
