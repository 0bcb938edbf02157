"""The part `explain` of a draft, as far as decisions are explained one by one: what is held, and what comes anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from watchroom.store.draft import Draft
from watchroom.store.schema import TABLES

_OF_VERSION = (
    "explanations",
    "explained_decisions",
    "explained_values",
    "shap_global",
    "explanation_change",
    "explain_notes",
)

Month = date | None
"""The first day of a month; None for the reference."""


@dataclass(frozen=True)
class Held:
    """An explained decision as the store has it: its row, its time (UTC), and its outcome (None while unknown)."""

    row: int
    decided_at: datetime
    outcome: str | None

    def is_other(self, decided_at: datetime, recounted: frozenset[date]) -> bool:
        """Whether the log's row of that time may be another: decided again since, or on a day that was recounted."""
        return decided_at != self.decided_at or decided_at.date() in recounted


@dataclass
class MonthUpdate:
    """What changes of a version's month: rows that go, rows that come, and outcomes of those that stay.

    `decisions` and `values` are Arrow tables with the columns of `explained_decisions` and `explained_values`, all of
    this model, version and month.
    """

    month: Month
    gone: tuple[int, ...] = ()
    decisions: pa.Table | None = None
    values: pa.Table | None = None
    outcomes: Mapping[int, str | None] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.gone or self.outcomes) or self.decisions is not None


class ExplainStore:
    """Reads and writes what a draft holds of explained decisions."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._connection = draft.connection

    def versions(self) -> set[tuple[str, int]]:
        """The model versions of which anything is held."""
        return set(self._rows("select model, version from explain.explanations"))

    def notes(self, model: str, version: int) -> dict[str, str]:
        """What the version's explanations were made with; empty when it has none."""
        return dict(
            self._rows("select key, value from explain.explain_notes where model = ? and version = ?", [model, version])
        )

    def status(self, model: str, version: int) -> dict[str, Any]:
        """The version's row of `explanations`; empty for none."""
        names = TABLES["explanations"].column_names
        rows = self._rows("select * from explain.explanations where model = ? and version = ?", [model, version])
        return dict(zip(names, rows[0], strict=True)) if rows else {}

    def months(self, model: str, version: int) -> set[Month]:
        """The months of which rows are held, and None when the reference is."""
        query = "select distinct month from explain.explained_decisions where model = ? and version = ?"
        return {row[0] for row in self._rows(query, [model, version])}

    def explained_versions(self, model: str) -> set[int]:
        """The versions of which rows are held."""
        query = "select distinct version from explain.explained_decisions where model = ?"
        return {row[0] for row in self._rows(query, [model])}

    def compared(self, model: str, version: int) -> dict[date, int]:
        """With which version each of its months was compared."""
        query = (
            "select period_start, against_version from explain.explanation_change "
            "where model = ? and version = ? and against = 'version'"
        )
        return dict(self._rows(query, [model, version]))

    def held(self, model: str, version: int, month: date) -> dict[str, Held]:
        """The explained decisions of a month by id."""
        query = (
            "select prediction_id, row, decided_at, outcome from explain.explained_decisions "
            "where model = ? and version = ? and month = ?"
        )
        return {found: Held(row, at, told) for found, row, at, told in self._rows(query, [model, version, month])}

    def last_row(self, model: str, version: int) -> int:
        """The greatest row number in use; -1 for none."""
        query = "select coalesce(max(row), -1) from explain.explained_decisions where model = ? and version = ?"
        return int(self._rows(query, [model, version])[0][0])

    def values(self, model: str, version: int, month: Month) -> pa.Table:
        """The SHAP values of a month or of the reference: `feature`, `row`, `shap`, by feature and row."""
        return self._connection.sql(
            "select feature, row, shap from explain.explained_values where model = $model and version = $version "
            "and month is not distinct from $month and shap is not null order by feature, row",
            params={"model": model, "version": version, "month": month},
        ).to_arrow_table()

    def forget(self, model: str, version: int) -> None:
        """Remove everything of a version."""
        self._draft.writable("explain")
        for table in _OF_VERSION:
            self._connection.execute(f"delete from explain.{table} where model = ? and version = ?", [model, version])

    def forget_rows(self, model: str, version: int, month: Month) -> None:
        """Remove the explained rows of a month or of the reference; what was derived from them is the caller's."""
        self._draft.writable("explain")
        key = {"model": model, "version": version, "month": month}
        for table in ("explained_decisions", "explained_values"):
            self._connection.execute(
                f"delete from explain.{table} where model = $model and version = $version "
                "and month is not distinct from $month",
                key,
            )

    def write(self, model: str, version: int, update: MonthUpdate) -> None:
        """Write what changes of a month."""
        self._draft.writable("explain")
        key: dict[str, Any] = {"model": model, "version": version, "month": update.month}
        of = "model = $model and version = $version and month is not distinct from $month"
        if update.gone:
            for table in ("explained_decisions", "explained_values"):
                query = f"delete from explain.{table} where {of} and row in (select unnest($rows))"
                self._connection.execute(query, {**key, "rows": list(update.gone)})
        if update.outcomes:
            given = pa.table(
                {
                    "row": pa.array(list(update.outcomes), pa.int32()),
                    "told": pa.array(list(update.outcomes.values()), pa.string()),
                }
            )
            with self._given(given):
                self._connection.execute(
                    "update explain.explained_decisions d set outcome = g.told from rows_given g "
                    f"where {of} and d.row = g.row",
                    key,
                )
        for table, rows in (("explained_decisions", update.decisions), ("explained_values", update.values)):
            if rows is not None and rows.num_rows:
                with self._given(rows):
                    self._connection.execute(f"insert into explain.{table} by name select * from rows_given")

    def set_status(self, row: Mapping[str, Any]) -> None:
        """Put the version's row of `explanations` in place of the one before."""
        self._draft.writable("explain")
        key = [row["model"], row["version"]]
        self._connection.execute("delete from explain.explanations where model = ? and version = ?", key)
        self._draft.insert("explanations", [[row.get(name) for name in TABLES["explanations"].column_names]])

    def set_notes(self, model: str, version: int, notes: Mapping[str, str]) -> None:
        """Keep the notes in place of all that were there."""
        self._draft.writable("explain")
        self._connection.execute("delete from explain.explain_notes where model = ? and version = ?", [model, version])
        self._draft.insert("explain_notes", [(model, version, key, value) for key, value in sorted(notes.items())])

    def replace(
        self, table: str, model: str, version: int, starts: Sequence[Any] | None, rows: Sequence[Sequence[Any]]
    ) -> None:
        """Put rows of `shap_global` or `explanation_change` in place of those of these periods; None for all."""
        self._draft.writable("explain")
        if starts is None:
            self._connection.execute(f"delete from explain.{table} where model = ? and version = ?", [model, version])
        for start in starts or ():
            self._connection.execute(
                f"delete from explain.{table} where model = ? and version = ? and period_start is not distinct from ?",
                [model, version, start],
            )
        self._draft.insert(table, rows)

    def counts(self, model: str, version: int) -> tuple[int, int, datetime | None]:
        """Decisions explained, rows of the reference explained, and when the last of the decisions was made (UTC)."""
        rows = self._rows(
            "select count(*) filter (month is not null), count(*) filter (month is null), max(decided_at) "
            "from explain.explained_decisions where model = ? and version = ?",
            [model, version],
        )
        return rows[0][0], rows[0][1], rows[0][2]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing of it."""
        with self._draft.transaction("explain"):
            yield

    @contextmanager
    def _given(self, rows: pa.Table) -> Iterator[None]:
        self._connection.register("rows_given", rows)
        try:
            yield
        finally:
            self._connection.unregister("rows_given")

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, list(values)).fetchall()
