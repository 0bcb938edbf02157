"""Where formulas of KPIs run: a DuckDB of its own in memory, without files, network or settings, with one table.

What a formula may say has been checked before (`formula`); here it cannot reach anything even if that had a gap, and it
is bounded in time, in memory and on disk.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from watchroom.domain.kpi import Due
from watchroom.domain.periods import WHOLE, Grain
from watchroom.errors import SourceError
from watchroom.jobs.sql_text import TooLong, at_most, first_line
from watchroom.jobs.value.formula import TABLE, BadFormula, Formula

MEMORY_MB = 512
"""Of the sandbox: a month of five million decisions with ten columns; more is spilled."""

SPILL_MB = 8192
"""On disk: a month of a hundred million decisions, and what a formula sorts of it."""

SECONDS = 20.0
"""For a formula over a month: a mean takes a tenth of a second for ten million decisions, a median two."""

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U", "BIGNUM")
"""How the types of numbers begin; of those that begin with U a formula can only give unsigned ones."""

Key = tuple[int | None, Grain, date]
"""A version, None for the model (what was in service), and a period by its grain and first day."""


@dataclass(frozen=True)
class Worked:
    """What a formula gave for a period: `value` None when it gave none, `odd` when that was an infinite number or NaN.

    `n` decisions it was run over.
    """

    value: float | None
    n: int
    odd: bool = False


class Sandbox:
    """Holds the decisions of some days, and runs formulas over them. Close it after use."""

    def __init__(self, temp: Path, *, memory_mb: int = MEMORY_MB, threads: int = 2) -> None:
        self._memory_mb = memory_mb
        self.connection = duckdb.connect(
            ":memory:",
            config={
                "threads": threads,
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": str(temp),
                "max_temp_directory_size": f"{SPILL_MB}MB",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
            },
        )
        for setting in ("TimeZone = 'UTC'", "enable_progress_bar = false"):
            self.connection.execute(f"set {setting}")
        self.connection.execute("set enable_external_access = false")
        self.connection.execute("set lock_configuration = true")

    def close(self) -> None:
        """Give memory and spilled files back."""
        self.connection.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def holding(
        self, rows: pa.RecordBatchReader, columns: Mapping[str, str], serving: Iterable[tuple[int, date]]
    ) -> Iterator[None]:
        """Have the table for as long as it lasts. Raises SourceError when its rows cannot be read.

        `rows` have `@version` and `@day`; `columns` is what each column of the table is, in terms of the others of
        `rows`. `serving` are the versions in service by day.
        """
        listed = "".join(f", {value} as {_quoted(name)}" for name, value in columns.items())
        try:
            self.connection.register("given", rows)
            self.connection.register("serving", _serving(serving))
            self.connection.execute(
                f'create table {TABLE} as select "@version", "@day", date_trunc(\'week\', "@day")::date as "@week", '
                f'date_trunc(\'month\', "@day")::date as "@month", served.version is not null as "@served"{listed} '
                'from given left join serving as served on served.version = "@version" and served.day = "@day"'
            )
        except duckdb.Error as error:
            self._drop()
            raise SourceError("The decisions could not be read.", why=first_line(error)) from error
        finally:
            self.connection.unregister("given")
            self.connection.unregister("serving")
        try:
            yield
        finally:
            self._drop()

    def counts(self, wanted: Due) -> dict[Key, int]:
        """The decisions of each period that is due, of each version and of what was in service."""
        return {key: n for key, n, _ in self._by_period("null", wanted, "")}

    def values(self, formula: Formula, wanted: Due, seconds: float = SECONDS) -> dict[Key, Worked]:
        """What the formula gives for each of these periods; without a row where there is nothing to run it over.

        Raises BadFormula, also when it takes too long or more memory than there is.
        """
        condition = "outcome is not null" if formula.needs_outcome else ""
        expression = f"cast(({formula.text}\n) as double)"
        try:
            self._is_number(formula)
            with at_most(self.connection, seconds):
                return {key: _worked(value, n) for key, n, value in self._by_period(expression, wanted, condition)}
        except TooLong as error:
            raise BadFormula(
                "The formula was stopped.",
                why=f"Over a month of decisions it {str(error).removeprefix('It ')}",
                next_step=_SIMPLER,
            ) from error
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            why = f"Over a month of decisions it takes more than {self._memory_mb} MB of memory."
            raise BadFormula("The formula was stopped.", why=why, next_step=_SIMPLER) from error
        except duckdb.Error as error:
            why, next_step = _said(error)
            raise BadFormula("The formula does not work.", why=why, next_step=next_step) from error

    def _is_number(self, formula: Formula) -> None:
        kind = str(self.connection.sql(f"select ({formula.text}\n) from {TABLE}").types[0])
        if not kind.startswith(_NUMBERS):
            yes_no = " Use `avg(…::int)` for the share of what is true." if kind == "BOOLEAN" else ""
            why = f"It gives {_KINDS.get(kind, kind)}, and a KPI is a number.{yes_no}"
            raise BadFormula("The formula cannot be used.", why=why)

    def _by_period(self, expression: str, wanted: Due, condition: str) -> Iterator[tuple[Key, int, Any]]:
        for grain in WHOLE:
            starts = sorted(wanted.starts.get(grain, ()))
            if not starts:
                continue
            for version, served in (('"@version"', ""), ("null::int", '"@served"')):
                where = " and ".join(filter(None, (condition, served, f'"@{grain}" in ({_days(starts)})')))
                rows = self.connection.execute(
                    f'select {version} as "@who", "@{grain}", count(*) as "@n", {expression} as "@value" '
                    f"from {TABLE} where {where} group by 1, 2"
                ).fetchall()
                yield from (((who, grain, start), n, value) for who, start, n, value in rows)

    def _drop(self) -> None:
        self.connection.execute(f"drop table if exists {TABLE}")


_SIMPLER = "Write a simpler one: a mean or a sum takes a tenth of a second for ten million decisions."

_KINDS = {"BOOLEAN": "true or false", "VARCHAR": "a text", "DATE": "a day", "TIMESTAMP": "a time", "INTERVAL": "a time"}


def _serving(serving: Iterable[tuple[int, date]]) -> pa.Table:
    """A version once for each day, so that no decision comes twice."""
    rows = sorted(set(serving))
    return pa.table(
        {
            "version": pa.array([version for version, _ in rows], pa.int32()),
            "day": pa.array([day for _, day in rows], pa.date32()),
        }
    )


def _worked(value: float | None, n: int) -> Worked:
    odd = value is not None and not math.isfinite(value)
    return Worked(None if odd else value, n, odd)


def _said(error: duckdb.Error) -> tuple[str, str]:
    """Why it does not work, and what to do. What DuckDB says of a value is not repeated: it comes from the log."""
    if isinstance(error, duckdb.ConversionException):
        return "A value cannot be turned into what `cast` asks for.", "Write `try_cast`: what cannot is left out."
    if isinstance(error, duckdb.OutOfRangeException):
        return "A number on the way is too large for its type.", "Work with `x::double`."
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        text = first_line(error).partition(": ")[2] or first_line(error)
        return text, "A column that is text becomes a number with `try_cast(… as double)`." if "VARCHAR" in text else ""
    return f"DuckDB cannot work it out ({type(error).__name__}).", "Try it with `duckdb` over the log's files."


def _days(days: Collection[date] | Sequence[date]) -> str:
    return ", ".join(f"date '{day.isoformat()}'" for day in days)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
