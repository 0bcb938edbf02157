"""Decisions by their id, and decisions by what is true of them.

A search goes over few columns first, and takes more of what it finds than is wanted: a row that is not the last of its
id does not count, and that is looked up for the rows that were found, not for the whole log.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import get_args

import pyarrow as pa

from watchroom.domain.vocabulary import Task
from watchroom.domain.yes_no import yes_or_no
from watchroom.errors import QueryError
from watchroom.sources.decisions import questions as ask
from watchroom.sources.decisions.contract import (
    Comparison,
    Condition,
    DecisionLog,
    Files,
    FileShape,
    Order,
    OutcomeLog,
    Search,
)
from watchroom.sources.decisions.dialect import Dialect
from watchroom.sources.decisions.singles import Asker, Singles, as_singles

_SPARE = 50
"""Rows that are taken beyond twice what is wanted, for those that are not the last of their id."""

_MORE = 8
"""How many times as many are taken when that did not do."""

_MORE_DAYS = 4
"""How many times as many days are read next when those that were read do not hold enough."""

_NAMES_SHOWN = 12

_ORDERED = ("<", "<=", ">", ">=")


def find(asker: Asker, singles: Singles, days: frozenset[date], ids: Sequence[str]) -> pa.Table:
    """As `Engine.find` has it."""
    for one in ids:
        _whole(one)
    if not days or not ids or not singles.files.decisions:
        return singles.nothing()

    def rows(dialect: Dialect) -> str:
        found = ask.decisions(dialect, singles.log, singles.files.decisions, singles.wanted(), days)
        wanted = ", ".join(dialect.bound(one) for one in dict.fromkeys(ids))
        return ask.once(f"select * from ({found}) as every where id in ({wanted})")

    with asker.kept(rows) as kept:
        return as_singles(
            asker.ask(
                lambda dialect: singles.selected(
                    dialect,
                    ask.joined(f"select * from {kept}", singles.told(dialect, kept)),
                    order="chosen.decided_at, chosen.id, chosen.version",
                )
            )
        )


def search(
    asker: Asker,
    log: DecisionLog,
    outcomes: OutcomeLog | None,
    files: Files,
    days: frozenset[date],
    wanted: Search,
    limit: int,
) -> pa.Table:
    """As `Engine.search` has it."""
    looked = _Looked.of(Singles(log, outcomes, files), wanted)
    if not days or not files.decisions or limit < 1:
        return looked.singles.nothing()
    skipped = all(shape.family(log.timestamp) == "naive" and shape.format == "parquet" for shape in files.decisions)
    if wanted.order == "newest" and not wanted.disagree and skipped:
        return _newest_first(asker, looked, days, limit)
    return _searched(asker, looked, days, limit)


def _newest_first(asker: Asker, looked: _Looked, days: frozenset[date], limit: int) -> pa.Table:
    """The last day first, then more and more before it until there are enough: what lies before is not read at all."""
    left, size, parts, missing = sorted(days, reverse=True), 1, list[pa.Table](), limit
    while left and missing > 0:
        parts.append(_searched(asker, looked, frozenset(left[:size]), missing))
        missing -= parts[-1].num_rows
        left, size = left[size:], size * _MORE_DAYS
    return pa.concat_tables(parts)


def _searched(asker: Asker, looked: _Looked, days: frozenset[date], limit: int) -> pa.Table:
    taken = 2 * limit + _SPARE
    while True:
        with asker.kept(lambda dialect, taken=taken: looked.candidates(dialect, days, taken)) as kept:  # type: ignore[misc]
            answer = as_singles(asker.ask(lambda dialect: looked.chosen(dialect, days, kept, limit)))
            whole = asker.ask(lambda _: f"select count(*) as n from {kept}")["n"][0].as_py() < taken
        found = answer.num_rows // 2 if looked.wanted.disagree else answer.num_rows
        if whole or found >= limit:
            return answer
        taken *= _MORE


@dataclass(frozen=True)
class _Looked:
    """A search with the columns that it needs."""

    singles: Singles
    wanted: Search

    @staticmethod
    def of(singles: Singles, wanted: Search) -> _Looked:
        """Raises `QueryError` for a column or a value that cannot be."""
        _possible(wanted)
        shapes = singles.files.decisions
        extra = tuple(
            ask.Signal(f"@where{place}", one.column, _form_of(one, singles.log, shapes))
            for place, one in enumerate(wanted.conditions)
        )
        for signal, one in zip(extra, wanted.conditions, strict=True):
            _checked(one, signal.form)
        for text in (*wanted.predictions, *wanted.outcome_values) if singles.log.task == "regression" else ():
            _number(text, "prediction or outcome")
        return _Looked(Singles(singles.log, singles.outcomes, singles.files, extra), wanted)

    @property
    def task(self) -> Task | None:
        return self.singles.log.task

    @property
    def _needs_outcome(self) -> bool:
        wanted = self.wanted
        return bool(
            wanted.outcomes != "any" or wanted.outcome_values or wanted.wrong or wanted.order == "largest_error"
        )

    def candidates(self, dialect: Dialect, days: frozenset[date], taken: int) -> str:
        """Id, version and day of the rows that come first, also those that are not the last of their id."""
        few = ask.Wanted(self.singles.signals)
        rows = ask.decisions(dialect, self.singles.log, self.singles.files.decisions, few, days)
        if self._needs_outcome:
            rows = ask.joined(rows, self.singles.told(dialect))
        else:
            kind = "double" if self.task == "regression" else dialect.text
            rows = f"select *, cast(null as {kind}) as outcome from ({rows}) as decided"
        if self.wanted.disagree:
            pairs = self._pairs(dialect, rows)
            return (
                f"select id, max(key) as key, max(decided_at) as decided_at from ({pairs}) as pairs group by id "
                f"order by key desc nulls last, decided_at desc, id limit {taken}"
            )
        kept = f"select *, {self._key()} as key from ({rows}) as every where {self._condition(dialect)}"
        return (
            f"select id, version, day, key, decided_at from ({kept}) as kept "
            f"order by key desc nulls last, decided_at desc, id, version limit {taken}"
        )

    def chosen(self, dialect: Dialect, days: frozenset[date], kept: str, limit: int) -> str:
        """What is looked for among the candidates, with all that comes out."""
        singles = self.singles
        found = ask.decisions(dialect, singles.log, singles.files.decisions, singles.wanted(), days)
        rows = ask.once(f"select * from ({found}) as every where id in (select id from {kept})")
        rows = ask.joined(rows, singles.told(dialect, kept))
        if self.wanted.disagree:
            chosen = self._both(dialect, rows, limit)
            order = "chosen.pair_key desc nulls last, chosen.pair_at desc, chosen.id, chosen.part"
        else:
            candidates = f"select distinct id, version, day from {kept}"
            matched = (
                f"select found.*, {self._key()} as key from ({rows}) as found join ({candidates}) as candidates "
                "on found.id = candidates.id and found.version = candidates.version and found.day = candidates.day"
            )
            chosen = f"select * from ({matched}) as matched where {self._condition(dialect)}"
            order = f"chosen.key desc nulls last, chosen.decided_at desc, chosen.id, chosen.version limit {limit}"
        return singles.selected(dialect, chosen, order=order)

    def _both(self, dialect: Dialect, rows: str, limit: int) -> str:
        """Both rows of each pair that disagrees: of an id that comes on several days the last of either version."""
        first, second = self.wanted.disagree or (0, 0)
        nth = "row_number() over (partition by id, version order by decided_at desc, file desc, row desc) as latest"
        some = f"select * from ({rows}) as joined where version in ({first}, {second})"
        ends = f"select * from (select *, {nth} from ({some}) as some_rows) as numbered where latest = 1"
        pairs = (
            f"select id, key as pair_key, decided_at as pair_at from ({self._pairs(dialect, ends)}) as pairs "
            f"order by pair_key desc nulls last, pair_at desc, id limit {limit}"
        )
        part = f"case when version = {first} then 1 else 2 end as part"
        return (
            f"select ends.*, pairs.pair_key, pairs.pair_at, {part} "
            f"from ({ends}) as ends join ({pairs}) as pairs on ends.id = pairs.id"
        )

    def _pairs(self, dialect: Dialect, rows: str) -> str:
        """The first version's rows for which the second predicted otherwise, with what they are ordered by."""
        first, second = self.wanted.disagree or (0, 0)
        value = self.singles.place("@prediction") or "cast(null as double)"
        mine = f"select *, {self._key()} as own_key from ({rows}) as mine where {self._condition(dialect)}"
        mine = f"select * from ({mine}) as checked where version = {first}"
        other = f"select id, {value} as other_value from ({rows}) as every where version = {second}"
        key, apart = "own_key", f"{value} <> other.other_value"
        if self.task == "regression":
            key = f"abs({value} - other.other_value)"
            apart += f" and not isnan({key})"
        return (
            f"select mine.id, {key} as key, mine.decided_at from ({mine}) as mine "
            f"join ({other}) as other on mine.id = other.id where {apart}"
        )

    def _key(self) -> str:
        """What comes first has the greatest."""
        match self.wanted.order:
            case "score_high":
                return self._score()
            case "score_low":
                return f"-({self._score()})"
            case "largest_error":
                return self._error()
            case _:
                return "cast(null as double)"

    def _score(self) -> str:
        name = "@prediction" if self.task == "regression" else "@score"
        return self.singles.place(name) or "cast(null as double)"

    def _error(self) -> str:
        score, prediction = self.singles.place("@score"), self.singles.place("@prediction")
        if self.task == "regression" and prediction:
            return f"abs({prediction} - outcome)"
        if self.task == "binary" and score:
            return f"abs({score} - case outcome when '1' then 1e0 when '0' then 0e0 end)"
        return f"case when {prediction} <> outcome then 1e0 else 0e0 end" if prediction else "cast(null as double)"

    def _condition(self, dialect: Dialect) -> str:
        wanted = self.wanted
        found = ["true"]
        if wanted.versions:
            found.append(f"version in ({', '.join(str(int(one)) for one in wanted.versions)})")
        if wanted.score_low is not None:
            found.append(f"{self._score()} >= {ask.double(float(wanted.score_low))}")
        if wanted.score_high is not None:
            found.append(f"{self._score()} <= {ask.double(float(wanted.score_high))}")
        if wanted.predictions:
            value = self.singles.place("@prediction")
            found.append(self._one_of(dialect, value, wanted.predictions) if value else "false")
        if wanted.outcomes != "any":
            found.append(f"outcome is {'not ' if wanted.outcomes == 'known' else ''}null")
        if wanted.outcome_values:
            found.append(self._one_of(dialect, "outcome", wanted.outcome_values))
        if wanted.wrong:
            found.append(f"{self.singles.place('@prediction') or 'null'} <> outcome")
        if wanted.order in ("score_high", "score_low", "largest_error"):
            found.append(f"{self._key()} is not null and not isnan({self._key()})")
        for place, one in enumerate(wanted.conditions):
            signal = self.singles.extra[place]
            found.append(_compared(dialect, one, signal.form, self.singles.place(signal.name) or ""))
        return " and ".join(f"({one})" for one in found)

    def _one_of(self, dialect: Dialect, value: str, texts: Sequence[str]) -> str:
        if self.task == "regression":
            return f"{value} in ({', '.join(ask.double(_number(text, 'value')) for text in texts)})"
        return f"{value} in ({', '.join(dialect.bound(text) for text in texts)})"


def _possible(wanted: Search) -> None:
    """Raises `QueryError` for what no log can be asked, whatever its columns are."""
    for bound in (wanted.score_low, wanted.score_high):
        if bound is not None:
            _number(bound, "the score")
    _among(wanted.order, get_args(Order), "order")
    _among(wanted.outcomes, ("any", "known", "unknown"), "choice of outcomes")
    for one in wanted.conditions:
        _among(one.op, get_args(Comparison), "comparison")
        _whole(one.column)
    given = (value for one in wanted.conditions for value in one.values)
    for text in (*wanted.predictions, *wanted.outcome_values, *given):
        _whole(str(text))


def _among(given: str, known: Sequence[str], what: str) -> None:
    if given not in known:
        raise QueryError(
            f"{str(given)[:60]!r} is no {what} that a log can be asked.",
            next_step=f"Choose one of {', '.join(known)}.",
        )


def _whole(text: str) -> None:
    """Raises `QueryError` for halves of signs (lone surrogates), which neither a file nor an engine can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError(
            f"{text[:60]!r} is no text.",
            why="It holds half of a sign, as a text does that was cut in two.",
            next_step="Copy it again, as a whole.",
        ) from error


def _form_of(one: Condition, log: DecisionLog, shapes: Sequence[FileShape]) -> ask.Form:
    """How a column is compared: as the feature is read; else as the files hold it."""
    families = {shape.family(one.column) for shape in shapes} - {None}
    if not families:
        raise _no_column(one.column, shapes)
    if one.op in _ORDERED:
        return "number"
    kind = dict(log.features).get(one.column)
    if kind in ("number", "boolean"):
        return kind
    if families <= {"integer", "float"}:
        return "number"
    return "boolean" if families == {"boolean"} else "category"


def _no_column(column: str, shapes: Sequence[FileShape]) -> QueryError:
    names = list(dict.fromkeys(name for shape in shapes for name, _ in shape.columns))
    near = get_close_matches(column, names, n=3)
    listed = ", ".join(f"`{name}`" for name in (near or names[:_NAMES_SHOWN]))
    more = " …" if not near and len(names) > _NAMES_SHOWN else ""
    return QueryError(
        f"The log has no column {column!r}.",
        why=f"{'Near ones are' if near else 'Its columns are'}: {listed}{more}." if names else "",
        next_step="Choose one of the log's own columns.",
    )


def _checked(one: Condition, form: ask.Form) -> None:
    if one.op == "missing":
        return
    if not one.values or (one.op != "in" and len(one.values) != 1):
        raise QueryError(
            f"The condition on {one.column!r} has {len(one.values)} values.",
            next_step="Give one value; several go with `in`.",
        )
    for value in one.values:
        if form == "number":
            _number(value, one.column)
        elif form == "boolean":
            _yes_or_no(value, one.column)


def _number(value: str | float, column: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise QueryError(
            f"{str(value)[:60]!r} is no number.",
            why=f"{column} is compared as a number.",
            next_step="Write a number such as 12.5.",
        )
    return number


def _yes_or_no(value: str | float, column: str) -> str:
    said = yes_or_no(str(value))
    if said is None:
        raise QueryError(f"{str(value)[:60]!r} is neither true nor false.", why=f"{column} holds nothing else.")
    return "true" if said else "false"


def _compared(dialect: Dialect, one: Condition, form: ask.Form, value: str) -> str:
    """A missing value, NaN among them, fulfils nothing but `missing`."""
    if one.op == "missing":
        return f"{value} is null or isnan({value})" if form == "number" else f"{value} is null"
    values = [_literal(dialect, given, form, one.column) for given in one.values]
    op = {"!=": "<>"}.get(one.op, one.op)
    compared = f"{value} in ({', '.join(values)})" if op == "in" else f"{value} {op} {values[0]}"
    return f"{compared} and not isnan({value})" if form == "number" else compared


def _literal(dialect: Dialect, value: str | float, form: ask.Form, column: str) -> str:
    if form == "number":
        return ask.double(_number(value, column))
    return dialect.bound(_yes_or_no(value, column) if form == "boolean" else str(value))
