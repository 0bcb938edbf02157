"""MLflow's SQLite store, read with plain `sqlite3` and never written: MLflow's own client would migrate an older file.

What has changed is found without a full read: points, parameters and inputs are only ever added, so their row ids
tell; runs and tags change in place, so they are read whole and compared. Reading goes in short statements, because a
long one would keep a training run from writing.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from watchroom.errors import SourceError
from watchroom.sources.tracking import sqlite_tables as tables
from watchroom.sources.tracking.artifacts import fetch_local, read_local_text
from watchroom.sources.tracking.contract import (
    CATALOG_TABLES,
    RUN_TABLES,
    Catalog,
    Change,
    ChangedRuns,
    GoneRuns,
    MoreRows,
    Problem,
    Seen,
    State,
)

_CHUNK_ROWS = 200_000
"""Rows of one statement: about a third of a second, well under the five seconds that a waiting writer allows."""

_BATCH_ROWS = 2_000
"""Rows that are Python objects at once: with more of them the garbage collector takes as long as the reading."""

_IDS_PER_QUERY = 5_000
"""Runs asked for by id in one statement."""

_SCAN_SHARE = 0.1
"""From this share of changed runs on, reading a table whole is quicker than asking for them by id."""

_LOCK_SECONDS = 30.0
"""How long to wait for somebody who writes: a large commit takes seconds."""

_INFINITY = sys.float_info.max
"""MLflow's SQL stores keep an infinity as the largest float."""

T = TypeVar("T")

Mark = tuple[int, str]
"""How far a table has been read: a row id, and the text of the row that stood there."""


class SqliteSource:
    """The store in `file`; `experiments` are globs of the experiments' names to read."""

    def __init__(self, file: Path, experiments: Sequence[str] = ("*",)) -> None:
        self.file = file
        self.experiments = tuple(experiments)

    def changes(self, seen: Seen) -> Iterator[Change]:
        """See `TrackingSource.changes`. An untouched file is told by its header and yields nothing."""
        stamp = self._stamp()
        if seen.notes.get("stamp") == stamp and seen.notes.get("experiments") == list(self.experiments):
            return
        at_rest = self._is_at_rest()
        with _opened(self.file, at_rest) as connection:
            reader = _Reader(connection)
            yield from _Sync(reader, seen, self.experiments, stamp).changes()
            yield from reader.problems(self.file)
        if at_rest and self._stamp() != stamp:
            raise SourceError(
                f"The MLflow store {self.file} was written to while it was read.", next_step="Refresh again."
            )

    def read_text(self, location: str, name: str) -> str:
        """See `TrackingSource.read_text`: only what lies on this machine."""
        return read_local_text(location, name, base=self.file.absolute().parent)

    def fetch_model(self, location: str, folder: Path) -> None:
        """See `TrackingSource.fetch_model`: from this machine, or from a bucket."""
        fetch_local(location, folder, base=self.file.absolute().parent)

    def _is_at_rest(self) -> bool:
        """Whether it is in WAL mode with nobody at work: opened as usual, SQLite would leave two files beside it."""
        with self.file.open("rb") as file:
            in_wal_mode = file.read(20)[18:20] == b"\x02\x02"
        return in_wal_mode and not Path(f"{self.file}-wal").exists()

    def _stamp(self) -> str:
        """What changes whenever the database does: SQLite's change counter, and the files' sizes and times."""
        try:
            with self.file.open("rb") as file:
                counter = file.read(100)[24:28].hex()
        except OSError as error:
            raise _unreadable(self.file, error) from error
        stats = [path.stat() for path in (self.file, Path(f"{self.file}-wal")) if path.exists()]
        return counter + "".join(f":{stat.st_size}:{stat.st_mtime_ns}" for stat in stats)


@contextmanager
def _opened(file: Path, at_rest: bool) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write. Whatever SQLite says of a damaged file comes out as a SourceError."""
    how = "immutable=1" if at_rest else "mode=ro"
    try:
        uri = f"{file.absolute().as_uri()}?{how}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_LOCK_SECONDS)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _unreadable(file, error) from error


_NEXT_STEPS = {
    "SQLITE_BUSY": "Something is writing to it. Refresh again.",
    "SQLITE_LOCKED": "Something is writing to it. Refresh again.",
    "SQLITE_READONLY": "A writer died in the middle. Open it once with MLflow or sqlite3, so that it rolls back.",
}
_NEXT_STEP = "Check `mlflow.tracking_uri`; `sqlite3 FILE 'pragma integrity_check'` tests the file."


def _unreadable(file: Path, error: Exception) -> SourceError:
    kind = "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])
    return SourceError(
        f"The MLflow store {file} cannot be read.",
        why=f"SQLite says: {error}" if isinstance(error, sqlite3.Error) else str(error),
        next_step=_NEXT_STEPS.get(kind, _NEXT_STEP),
    )


class _Reader:
    """Tables of one SQLite file as Arrow, also where an older MLflow had not made a table or a column yet."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._undecodable = 0
        self.tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}

    def arrow(self, query: tables.Query, where: str = "", params: Sequence[Any] = ()) -> pa.Table:
        """The whole answer; empty when the table does not exist in this version of the store."""
        if query.table not in self.tables:
            return query.schema.empty_table()
        return self._table(query.schema, query.sql(self._columns(query.table), where), params)[0]

    def chunks(self, query: tables.Query, upto: int) -> Iterator[pa.Table]:
        """The table in chunks by row id, up to and with the row id `upto`."""
        start = 0
        while start < upto:
            where = f"where t.rowid > ? and t.rowid <= ? order by t.rowid limit {_CHUNK_ROWS}"
            sql = query.sql(self._columns(query.table), where, "t.rowid")
            rows, last = self._table(query.schema, sql, (start, upto))
            if last is None:
                return
            start = last[-1]
            yield rows

    def mark(self, table: str, rowid: int | None = None) -> Mark:
        """The last row, or the one at `rowid`, as a mark: its row id and its text; (0, "") when there is none."""
        if table not in self.tables:
            return 0, ""
        where, params = ("", ()) if rowid is None else ("where rowid = ?", (rowid,))
        rows = self._fetch(f'select rowid, * from "{table}" {where} order by rowid desc limit 1', params)
        return (int(rows[0][0]), repr(rows[0][1:])) if rows else (0, "")

    def require(self, columns: Mapping[str, set[str]]) -> None:
        """Raise SourceError unless the file has what every MLflow since 1.2 has: without it values would be misread."""
        for table, names in columns.items():
            missing = names - self._columns(table)
            if missing:
                raise SourceError(
                    "This SQLite file is not an MLflow store that can be read.",
                    why=f"Its table `{table}` has no column {', '.join(sorted(missing))}.",
                    next_step="Check `mlflow.tracking_uri`. Before MLflow 1.2: `mlflow db upgrade` a copy.",
                )

    def column(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        return [row[0] for row in self._fetch(sql, params)]

    def problems(self, file: Path) -> Iterator[Problem]:
        if self._undecodable:
            yield Problem(
                "source",
                "warning",
                str(file),
                "Some text in the store is not UTF-8; it is shown with replacement marks.",
                count=self._undecodable,
            )

    def _columns(self, table: str) -> set[str]:
        return {row[1] for row in self._connection.execute(f'pragma table_info("{table}")')}

    def _fetch(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._decoding(lambda: self._connection.execute(sql, params).fetchall())

    def _table(self, schema: pa.Schema, sql: str, params: Sequence[Any]) -> tuple[pa.Table, tuple[Any, ...] | None]:
        """The answer, and its last row; None when it is empty."""
        return self._decoding(lambda: _to_arrow(schema, self._connection.execute(sql, params)))

    def _decoding(self, read: Callable[[], T]) -> T:
        """What `read` gives; with replacement marks when some of the text is not UTF-8."""
        try:
            return read()
        except sqlite3.OperationalError as error:
            if "decode" not in str(error).lower():
                raise
            self._undecodable += 1
        self._connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        try:
            return read()
        finally:
            self._connection.text_factory = str


def _to_arrow(schema: pa.Schema, cursor: sqlite3.Cursor) -> tuple[pa.Table, tuple[Any, ...] | None]:
    batches, last = [], None
    while rows := cursor.fetchmany(_BATCH_ROWS):
        columns = zip(zip(*rows, strict=True), schema, strict=False)
        batches.append(pa.table([_array(values, field.type) for values, field in columns], schema=schema))
        last = rows[-1]
    return pa.concat_tables(batches) if batches else schema.empty_table(), last


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """A column; SQLite lets any value stand in any column, so what does not fit becomes text, or null in a number."""
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        convert: Callable[[Any], Any] = _as_text if kind == pa.string() else lambda _: None
        fits = str if kind == pa.string() else (int, float)
        return pa.array([value if isinstance(value, fits) else convert(value) for value in values], kind)


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@dataclass(frozen=True)
class _Sync:
    """One pass over the file."""

    reader: _Reader
    seen: Seen
    experiments: tuple[str, ...]
    stamp: str

    def changes(self) -> Iterator[Change]:
        self.reader.require(tables.REQUIRED)
        # Taken first: what is added while we read is beyond the marks, and so is found by the next refresh.
        marks = {name: self.reader.mark(name) for name in tables.ADDED_ONLY}
        catalog = self._catalog()
        yield Catalog(catalog)
        yield from self._workspace_notes()
        chosen = set(catalog["experiments"]["experiment_id"].to_pylist())
        runs, tags = self._runs(chosen), self.reader.arrow(tables.TAGS)
        runs = runs.append_column("fingerprint", _fingerprints(runs, tags)).select(RUN_TABLES["runs"].names)
        known = self.seen.runs()
        gone = pc.filter(known["run_id"], pc.invert(pc.is_in(known["run_id"], value_set=runs["run_id"])))
        if len(gone):
            yield GoneRuns(tuple(gone.to_pylist()))
        yield from self._changed(runs, tags, known, marks)
        yield State(
            {
                "stamp": self.stamp,
                "experiments": list(self.experiments),
                "marks": {name: list(mark) for name, mark in marks.items()},
            }
        )

    def _catalog(self) -> dict[str, pa.Table]:
        in_workspaces = tables.WORKSPACE_TABLES if self._has_workspaces() else ()
        rows = {}
        for name in CATALOG_TABLES:
            rules = [tables.IN_DEFAULT_WORKSPACE] * (name in in_workspaces) + [tables.NOT_DELETED.get(name, "true")]
            rows[name] = self.reader.arrow(tables.CATALOG[name], f"where {' and '.join(rules)}")
        names = rows["experiments"]["name"].to_pylist()
        wanted = [any(fnmatchcase(name or "", glob) for glob in self.experiments) for name in names]
        rows["experiments"] = rows["experiments"].filter(pa.array(wanted, pa.bool_()))
        ids = rows["experiments"]["experiment_id"]
        for name in ("experiment_tags", "logged_models"):
            rows[name] = rows[name].filter(pc.is_in(rows[name]["experiment_id"], value_set=ids))
        return rows

    def _has_workspaces(self) -> bool:
        return "workspace" in {
            row for row in self.reader.column("select name from pragma_table_info('registered_models')")
        }

    def _workspace_notes(self) -> Iterator[Problem]:
        if not self._has_workspaces():
            return
        others = self.reader.column("select distinct workspace from registered_models where workspace <> 'default'")
        for name in others:
            yield Problem(
                "source",
                "warning",
                f"MLflow workspace {name}",
                "Registered models of this MLflow workspace are not read.",
                why="The same name may mean another model in each workspace; Watchroom reads the default one.",
            )

    def _runs(self, experiments: set[str]) -> pa.Table:
        runs = self.reader.arrow(tables.RUNS)
        return runs.filter(pc.is_in(runs["experiment_id"], value_set=pa.array(list(experiments), pa.string())))

    def _changed(self, runs: pa.Table, tags: pa.Table, known: pa.Table, marks: Mapping[str, Mark]) -> Iterator[Change]:
        wanted = self._changed_ids(runs, known, marks)
        if not len(wanted):
            return
        yield ChangedRuns({"runs": runs if len(wanted) == len(runs) else _of(runs, wanted)})
        yield MoreRows({"tags": _of(tags, wanted)})
        scan = len(wanted) >= _SCAN_SHARE * len(runs)
        for name, query in tables.RUN_ROWS.items():
            chunks = self.reader.chunks(query, marks[query.table][0]) if scan else self._by_ids(query, wanted)
            for chunk in chunks:
                rows = _of(chunk, wanted) if scan else chunk
                yield MoreRows({name: _as_floats(rows) if name == "points" else rows})
        yield from self._inputs(wanted)

    def _changed_ids(self, runs: pa.Table, known: pa.Table, marks: Mapping[str, Mark]) -> pa.ChunkedArray:
        """Runs that are new or differ, and those with rows beyond the marks of the last refresh."""
        before: Mapping[str, Sequence[Any]] = self.seen.notes.get("marks", {})
        if any(self._mark_broken(name, before) for name in tables.ADDED_ONLY):
            return runs["run_id"]
        held = known["fingerprint"].take(pc.index_in(runs["run_id"], value_set=known["run_id"]))
        same = pc.fill_null(pc.equal(runs["fingerprint"], held), False)
        added = pa.array(sorted(self._added_to(before, marks)), pa.string())
        return runs["run_id"].filter(pc.or_(pc.invert(same), pc.is_in(runs["run_id"], value_set=added)))

    def _added_to(self, before: Mapping[str, Sequence[Any]], marks: Mapping[str, Mark]) -> set[str]:
        """The runs of rows beyond the marks of the last refresh, as far as the text of their ids can be read."""
        ids: set[str] = set()
        for name, run_column in tables.ADDED_ONLY.items():
            if marks[name][0] > before[name][0]:
                # The plus keeps SQLite from reading the whole index of the column for the sake of `distinct`.
                sql = f'select distinct +"{run_column}" from "{name}" where rowid > ?'
                ids.update(each for each in self.reader.column(sql, (before[name][0],)) if isinstance(each, str))
        return ids

    def _mark_broken(self, name: str, before: Mapping[str, Sequence[Any]]) -> bool:
        """Whether another row stands at the last mark: `mlflow gc` and `vacuum` free row ids and renumber rows."""
        if name not in before:
            return True
        return list(self.reader.mark(name, before[name][0])) != list(before[name])

    def _by_ids(self, query: tables.Query, wanted: pa.ChunkedArray) -> Iterator[pa.Table]:
        for start in range(0, len(wanted), _IDS_PER_QUERY):
            ids = wanted[start : start + _IDS_PER_QUERY].to_pylist()
            marks = ", ".join("?" * len(ids))
            yield self.reader.arrow(query, f"where t.run_uuid in ({marks})", ids)

    def _inputs(self, wanted: pa.ChunkedArray) -> Iterator[MoreRows]:
        if {"inputs", "datasets", "input_tags"} <= self.reader.tables:
            rows = _of(self.reader.arrow(tables.RUN_INPUTS), wanted)
            if len(rows):
                yield MoreRows({"run_inputs": rows})


def _of(rows: pa.Table, wanted: pa.ChunkedArray) -> pa.Table:
    """The rows of the wanted runs."""
    return rows.filter(pc.is_in(rows["run_id"], value_set=wanted))


def _as_floats(points: pa.Table) -> pa.Table:
    """The values as IEEE floats: the store's stand-ins for infinities and for NaN (null here) given back."""
    value = pc.fill_null(points["value"], float("nan"))
    huge = pc.greater_equal(pc.abs(value), _INFINITY)
    if pc.any(huge).as_py():
        value = pc.if_else(huge, pc.multiply(pc.sign(value), float("inf")), value)
    return points.set_column(points.schema.get_field_index("value"), "value", value)


def _fingerprints(runs: pa.Table, tags: pa.Table) -> pa.ChunkedArray:
    """A digest of each run's own row and its tags, in the order of `runs`."""
    text = ", ".join(f'"{name}"::varchar' for name in runs.column_names)
    with duckdb.connect(":memory:") as connection:
        connection.register("runs", runs.append_column("position", pa.array(range(len(runs)), pa.int64())))
        connection.register("tags", tags)
        answer = connection.sql(
            f"""
            select concat_ws('-', hash([{text}]), tagged) as fingerprint
            from runs left join (select run_id, sum(hash([key, value])::hugeint) as tagged from tags group by run_id)
            using (run_id) order by position
            """
        )
        return answer.to_arrow_table()["fingerprint"]
