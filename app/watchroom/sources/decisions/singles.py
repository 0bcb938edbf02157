"""Single decisions instead of counts: what is read of a row, and how it comes out (`contract.SINGLES`).

A row means what it means to the counts: the same id, time, version and values, the same outcome. What differs is that
rows are first chosen by a few columns, and all columns are read of the chosen ones alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import SINGLES, DecisionLog, Files, OutcomeLog
from watchroom.sources.decisions.dialect import Dialect

Question = Callable[[Dialect], str]
"""SQL in the words of a dialect, which keeps the values that are bound to it."""


class Asker(Protocol):
    """An engine as these questions need it."""

    def ask(self, question: Question) -> pa.Table:
        """The answer to a question."""
        ...

    def kept(self, question: Question) -> AbstractContextManager[str]:
        """The name of a table with the answer, for as long as several questions are put to it."""
        ...


@dataclass(frozen=True)
class Singles:
    """What is asked of the single decisions of a log; `extra` signals are there for conditions and do not come out."""

    log: DecisionLog
    outcomes: OutcomeLog | None
    files: Files
    extra: tuple[ask.Signal, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Features and groups, each once; a name of ours stands for what is ours."""
        named = dict.fromkeys((*(name for name, _ in self.log.features), *self.log.groups))
        return tuple(name for name in named if name not in SINGLES.names)

    @property
    def signals(self) -> tuple[ask.Signal, ...]:
        """Score and prediction, where the log has them, then the others."""
        found = []
        if self.log.score is not None:
            found.append(ask.Signal("@score", self.log.score, "score"))
        if self.log.prediction is not None:
            found.append(ask.Signal("@prediction", self.log.prediction, ask.outcome_form(self.log.task)))
        return (*found, *self.extra)

    def place(self, name: str) -> str | None:
        """The column that a signal's value has in the one form of all files; None without such a signal."""
        return next((f"s{place}" for place, one in enumerate(self.signals) if one.name == name), None)

    def wanted(self) -> ask.Wanted:
        """Everything that comes out, with the place that tells the last row of an id."""
        return ask.Wanted(self.signals, raw=self.columns, among=self.files.decisions, lacking=self.columns, place=True)

    def told(self, dialect: Dialect, chosen: str | None = None) -> str:
        """One outcome for each id, or for those in the table `chosen`."""
        kind = "double" if self.log.task == "regression" else dialect.text
        if self.outcomes is None or not self.files.outcomes:
            return f"select cast(null as {dialect.text}) as id, cast(null as {kind}) as value where false"
        told = ask.outcomes(dialect, self.outcomes, self.log.task, self.files.outcomes)
        if chosen is not None:
            told = f"select * from ({told}) as all_told where id in (select id from {chosen})"
        return ask.newest(told)

    def selected(self, dialect: Dialect, relation: str, *, order: str) -> str:
        """The columns that come out, of rows in the one form with `outcome`."""
        score, prediction = self.place("@score"), self.place("@prediction")
        found = {
            "@id": "id",
            "@decided_at": "decided_at",
            "@version": "version",
            "@score": score or "cast(null as double)",
            "@prediction": prediction or f"cast(null as {dialect.text})",
            "@outcome": "outcome",
            "@lacking": "lacking" if self.columns else f"cast(null as {dialect.text})",
        } | {column: f"r{place}" for place, column in enumerate(self.columns)}
        listed = ", ".join(f"{value} as {dialect.name(name)}" for name, value in found.items())
        return f"select {listed} from ({relation}) as chosen order by {order}"

    def nothing(self) -> pa.Table:
        """The answer where there is nothing to ask."""
        fields = [*SINGLES, *(pa.field(name, pa.string()) for name in self.columns)]
        return pa.schema(fields).empty_table()


def as_singles(answer: pa.Table) -> pa.Table:
    """The answer with the types of `SINGLES` in its first columns; the others as they came."""
    first = [_as(answer.column(place), field.type) for place, field in enumerate(SINGLES)]
    return pa.table([*first, *answer.columns[len(SINGLES) :]], names=answer.column_names)


def _as(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_string(kind) and pa.types.is_floating(column.type):
        return pa.array([number_text(value) for value in column.to_pylist()], kind)
    return column.cast(kind)


def number_text(value: float | None) -> str | None:
    """An amount as text, the same from any engine: whole ones without a fraction, NaN as None."""
    if value is None or math.isnan(value):
        return None
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
