"""The part `profile` of a draft: what was known of a model's logs, and what is counted anew written in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from watchroom.store.draft import Draft
from watchroom.store.schema import TABLES, tables_of

_MODEL_TABLES = tuple(table.name for table in tables_of("profile"))

_REFERENCE_TABLES = ("profile_references", "profile_features", "profile_bins", "profile_reference_months")


@dataclass(frozen=True)
class FileRow:
    """A file as it was last read: a row of `log_files` without its model. `problems` is JSON."""

    kind: str
    path: str
    size: int
    modified_ns: int
    rows: int | None
    unusable: int = 0
    unmatched: int = 0
    problems: str = "[]"


DayRows = Mapping[date, tuple[int, str]]
"""Of a file: rows and digest of each day."""


@dataclass(frozen=True)
class Known:
    """What the draft holds of a model's logs. `days` has the files that hold any, by kind and path."""

    files: Mapping[tuple[str, str], FileRow] = field(default_factory=dict)
    days: Mapping[tuple[str, str], DayRows] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    versions: frozenset[int] = frozenset()
    """The versions that have decisions."""
    referenced: frozenset[int] = frozenset()
    """The versions that have a reference."""
    repeated: frozenset[date] = frozenset()
    """The days on which some id stands twice for a version."""


@dataclass
class Update:
    """What is to be written for a model, in one go. `whole` forgets all that was known of it first.

    `counted` are the days whose features and volume are given anew, `joined` those whose outcomes are. Arrow tables
    have the columns of the contract of the decision logs, without the model.
    """

    whole: bool = False
    counted: set[date] = field(default_factory=set)
    joined: set[date] = field(default_factory=set)
    references: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    """Rows of the tables of the reference for versions that have none yet, without the model."""
    reference_cells: pa.Table | None = None
    reference_errors: pa.Table | None = None
    features: list[pa.Table] = field(default_factory=list)
    volume: list[pa.Table] = field(default_factory=list)
    outcome_bins: list[pa.Table] = field(default_factory=list)
    cells: list[pa.Table] = field(default_factory=list)
    errors: list[pa.Table] = field(default_factory=list)
    labelled: list[pa.Table] = field(default_factory=list)
    files: list[FileRow] = field(default_factory=list)
    """Files that were read anew, or whose problems have changed."""
    gone: set[tuple[str, str]] = field(default_factory=set)
    days: dict[tuple[str, str], DayRows] = field(default_factory=dict)
    """All days of the files that were surveyed anew."""
    notes: dict[str, str] = field(default_factory=dict)


class ProfileStore:
    """Reads and writes what the part `profile` of a draft holds of models."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._connection = draft.connection

    def models(self) -> frozenset[str]:
        """The models of which anything is held."""
        parts = " union ".join(
            f'select model from profile."{name}"' for name in ("log_files", "profile_notes", "volume")
        )
        return frozenset(row[0] for row in self._rows(parts))

    def known(self, model: str) -> Known:
        """What is held of a model; empty for one that was never read."""
        files = [FileRow(*row) for row in self._rows(_FILES, [model])]
        days: dict[tuple[str, str], dict[date, tuple[int, str]]] = {}
        for kind, path, day, rows, digest in self._rows(_DAYS, [model]):
            days.setdefault((kind, path), {})[day] = (rows, digest)
        return Known(
            {(file.kind, file.path): file for file in files},
            days,
            dict(self._rows("select key, value from profile.profile_notes where model = ?", [model])),
            self._versions("volume", model),
            self._versions("profile_references", model),
            frozenset(
                row[0]
                for row in self._rows(
                    "select distinct day from profile.volume where model = ? and duplicates > 0", [model]
                )
            ),
        )

    def bins(self, model: str) -> list[tuple[Any, ...]]:
        """The bins of a model: version, feature, kind, closed, bin, lower, value.

        Only those that have a value or an edge; a feature without any has one row with NULL for its bin.
        """
        return self._rows(_BINS, [model])

    def duplicates(self, model: str) -> int:
        """Rows that were left out because their id stood twice."""
        return int(self._rows("select coalesce(sum(duplicates), 0) from profile.volume where model = ?", [model])[0][0])

    def unknown_versions(self, model: str) -> list[tuple[int, int]]:
        """Versions with decisions that the registry does not have, each with its decisions."""
        return self._rows(_UNKNOWN_VERSIONS, [model])

    def forget(self, model: str) -> None:
        """Remove everything of a model."""
        self._draft.writable("profile")
        with self._transaction():
            self._forget(model, _MODEL_TABLES)

    def write(self, model: str, update: Update) -> None:
        """Write an update whole, or nothing of it."""
        self._draft.writable("profile")
        with self._transaction():
            self._write(model, update)

    def _write(self, model: str, update: Update) -> None:
        if update.whole:
            self._forget(model, _MODEL_TABLES)
        self._forget_days(model, update)
        for table, rows in update.references.items():
            self._draft.insert(table, [(model, *row) for row in rows])
        self._append(model, "profile_outcomes", update.reference_cells)
        self._append(model, "profile_errors", update.reference_errors)
        for table in (*update.features, *update.outcome_bins):
            self._append(model, "profile_counts", table)
        for table in update.cells:
            self._append(model, "profile_outcomes", table)
        for table in update.errors:
            self._append(model, "profile_errors", table)
        for table in update.volume:
            self._append(model, "volume", table, _VOLUME)
        for table in update.labelled:
            self._label(model, table)
        self._forget_unused(model)
        self._note_files(model, update)
        self._note(model, update.notes)

    def _forget_unused(self, model: str) -> None:
        """Remove the reference of versions that have no decisions any more."""
        unused = self._versions("profile_references", model) - self._versions("volume", model)
        for name in (*_REFERENCE_TABLES, "profile_outcomes", "profile_errors") if unused else ():
            query = f'delete from profile."{name}" where model = $model and version in (select unnest($versions))'
            self._connection.execute(query, {"model": model, "versions": sorted(unused)})

    def _forget(self, model: str, tables: Iterable[str]) -> None:
        for name in tables:
            self._connection.execute(f'delete from profile."{name}" where model = ?', [model])

    def _forget_days(self, model: str, update: Update) -> None:
        if update.whole:
            return
        counted, joined = sorted(update.counted), sorted(update.joined)
        self._delete("profile_counts", model, "feature <> '@outcome' and day in (select unnest($days))", counted)
        self._delete("volume", model, "day in (select unnest($days))", counted)
        self._delete("profile_counts", model, "feature = '@outcome' and day in (select unnest($days))", joined)
        self._delete("profile_outcomes", model, "day in (select unnest($days))", joined)
        self._delete("profile_errors", model, "day in (select unnest($days))", joined)
        if joined:
            self._connection.execute(_UNLABEL, {"model": model, "days": joined})

    def _delete(self, table: str, model: str, condition: str, days: Sequence[date]) -> None:
        if days:
            query = f'delete from profile."{table}" where model = $model and {condition}'
            self._connection.execute(query, {"model": model, "days": list(days)})

    def _append(self, model: str, name: str, rows: pa.Table | None, select: str = "*") -> None:
        if rows is None or rows.num_rows == 0:
            return
        columns = ", ".join(f'"{column}"' for column in TABLES[name].column_names[1:]) if select == "*" else select
        self._connection.register("rows_given", rows)
        self._connection.execute(
            f'insert into profile."{name}" select $model, {columns} from rows_given', {"model": model}
        )
        self._connection.unregister("rows_given")

    def _label(self, model: str, labelled: pa.Table) -> None:
        self._connection.register("rows_given", labelled)
        self._connection.execute(_LABEL, [model])
        self._connection.unregister("rows_given")

    def _note_files(self, model: str, update: Update) -> None:
        for kind, path in {*update.gone, *((file.kind, file.path) for file in update.files)}:
            keys = [model, kind, path]
            self._connection.execute("delete from profile.log_files where model = ? and kind = ? and path = ?", keys)
        for kind, path in {*update.gone, *update.days}:
            keys = [model, kind, path]
            self._connection.execute("delete from profile.log_days where model = ? and kind = ? and path = ?", keys)
        self._draft.insert(
            "log_files",
            [
                (
                    model,
                    one.kind,
                    one.path,
                    one.size,
                    one.modified_ns,
                    one.rows,
                    one.unusable,
                    one.unmatched,
                    one.problems,
                )
                for one in update.files
            ],
        )
        self._draft.insert(
            "log_days",
            [
                (model, kind, path, day, rows, digest)
                for (kind, path), days in update.days.items()
                for day, (rows, digest) in days.items()
            ],
        )

    def _note(self, model: str, notes: Mapping[str, str]) -> None:
        for key in notes:
            self._connection.execute("delete from profile.profile_notes where model = ? and key = ?", [model, key])
        self._draft.insert("profile_notes", [(model, key, value) for key, value in notes.items()])

    def _versions(self, table: str, model: str) -> frozenset[int]:
        rows = self._rows(f'select distinct version from profile."{table}" where model = ?', [model])
        return frozenset(row[0] for row in rows)

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, list(values)).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("begin")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        try:
            self._connection.execute("commit")
        except duckdb.Error:
            self._connection.execute("rollback")
            raise


_FILES = (
    "select kind, path, size, modified_ns, rows, unusable, unmatched, problems from profile.log_files where model = ? "
    "order by kind, path"
)

_DAYS = "select kind, path, day, rows, digest from profile.log_days where model = ? order by kind, path, day"

_BINS = """
    select version, feature, kind, closed, bin, lower, value
    from profile.profile_features
    left join (from profile.profile_bins where bin >= 0) using (model, version, feature)
    where model = ? order by version, feature, bin
"""

_UNKNOWN_VERSIONS = """
    select version, sum(decisions)::bigint from profile.volume
    where model = ? and not exists (
        select 1 from mlflow.model_versions v where v.name = volume.model and v.version = volume.version)
    group by version order by version
"""

_VOLUME = "version, day, decisions, 0, duplicates, last_at"
"""How many are labelled is filled in from the outcomes."""

_UNLABEL = "update profile.volume set labelled = 0 where model = $model and day in (select unnest($days))"

_LABEL = """
    update profile.volume set labelled = given.n from rows_given given
    where volume.model = ? and volume.version = given.version and volume.day = given.day
"""
