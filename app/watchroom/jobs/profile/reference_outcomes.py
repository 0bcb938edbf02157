"""The rows of a reference as decisions with outcomes: the performance that is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from watchroom.errors import WorkspaceError
from watchroom.jobs.profile.condition import KEPT, NoCondition, keep_rows
from watchroom.jobs.profile.plan import Plan
from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import Family
from watchroom.sources.decisions.duckdb_dialect import DuckDialect
from watchroom.workspace.model_file import ReferenceFile

ALL_ROWS = 0
"""Stands for all rows of the reference, beside the versions that have rows of their own."""


@dataclass
class Rows:
    """The reference's rows as a table, with the families of its columns."""

    connection: duckdb.DuckDBPyConnection
    families: Mapping[str, Family]
    plan: Plan
    version: str | None
    outcome: str | None
    notes: list[str] = field(default_factory=list)

    def family(self, column: str) -> Family | None:
        """The family of a column's type; None for a column that is not there."""
        return self.families.get(column)


@dataclass
class Told:
    """The rows of the reference as decisions with outcomes."""

    rows: Rows
    plan: Plan
    own: frozenset[int]

    def performance(self, wanted: Sequence[int]) -> tuple[pa.Table, pa.Table, dict[int, int], WorkspaceError | None]:
        """Outcome cells and error sums by version (`ALL_ROWS` for all rows), and the labelled rows of each."""
        cells, errors, labelled = list[pa.Table](), list[pa.Table](), dict.fromkeys(wanted, 0)
        if self.rows.outcome is None or self.plan.log.task is None:
            return pa.table({}), pa.table({}), labelled, None
        try:
            if self._condition() is not None:
                keep_rows(self.rows.connection, self._condition() or "")
        except NoCondition as error:
            return pa.table({}), pa.table({}), labelled, self._mistake(error.what)
        for version in wanted:
            try:
                dialect = DuckDialect()
                relation = self._relation(dialect, version)
                counted = f"select count(outcome) from ({relation}) as joined"
                labelled[version] = self.rows.connection.execute(counted, dialect.values).fetchall()[0][0]
                (errors if self.plan.log.task == "regression" else cells).append(self._ask(version))
            except duckdb.Error as error:
                return pa.table({}), pa.table({}), dict.fromkeys(wanted, 0), self._mistake(str(error))
        return _joined(cells), _joined(errors), labelled, None

    def _condition(self) -> str | None:
        reference = self.plan.spec.reference
        return (reference.performance_where or None) if isinstance(reference, ReferenceFile) else None

    def _ask(self, version: int) -> pa.Table:
        dialect = DuckDialect()
        groups = self._groups()
        question = ask.error_sums if self.plan.log.task == "regression" else ask.outcome_cells
        query = question(dialect, groups, self._relation(dialect, version))
        return self.rows.connection.sql(query, params=dialect.values).to_arrow_table()

    def _groups(self) -> tuple[str, ...]:
        return tuple(column for column in self.plan.log.groups if column in self.rows.families)

    def _relation(self, dialect: DuckDialect, version: int) -> str:
        where = [] if version == ALL_ROWS else [f"({self._version(dialect)}) = {version}"]
        if self._condition() is not None:
            where.append(f'"{KEPT}"')
        log, form = self.plan.log, ask.outcome_form(self.plan.log.task)
        columns = [
            f"{version} as version",
            "cast(null as date) as day",
            f"{self._value(dialect, log.score, 'score')} as score",
            f"{self._value(dialect, log.prediction, form)} as predicted",
            f"{self._finite(dialect, self._value(dialect, self.rows.outcome, form), form)} as outcome",
        ]
        columns += [
            f"coalesce({ask.text_of(dialect, self.rows.family(group), dialect.name(group))}, '') as g{place}"
            for place, group in enumerate(self._groups())
        ]
        kept = f" where {' and '.join(where)}" if where else ""
        return f"select {', '.join(columns)} from reference{kept}"

    def _version(self, dialect: DuckDialect) -> str:
        column = self.rows.version or ""
        value, _ = ask.value_of(dialect, "number", self.rows.family(column), dialect.name(column))
        return f"try_cast({value} as bigint)"

    def _value(self, dialect: DuckDialect, column: str | None, form: ask.Form) -> str:
        family = self.rows.family(column) if column else None
        return ask.value_of(dialect, form, family, dialect.name(column or ""))[0]

    def _finite(self, dialect: DuckDialect, value: str, form: ask.Form) -> str:
        return f"case when abs({value}) < cast('Infinity' as double) then {value} end" if form == "number" else value

    def _mistake(self, why: str) -> WorkspaceError:
        return WorkspaceError(
            "The condition of the reference cannot be used; there is no performance to compare with.",
            why=why.strip().splitlines()[0],
            next_step="Write an SQL condition on the reference's columns, such as split = 'holdout'.",
            file=self.plan.file,
            field="reference.performance_where",
        )


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables) if tables else pa.table({})
