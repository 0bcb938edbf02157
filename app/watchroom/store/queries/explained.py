"""Readers of explained decisions: any choice of them, what drives them together, and their values one by one.

A choice is a version's decisions of some days, or its reference, and conditions on what is known of a row. Values come
from at most a stated number of rows, those whose numbers come first by a hash: the same at each call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import pandas as pd

from watchroom.domain.attribution import Weight, weighed
from watchroom.store.snapshot import Snapshot

OWN_COLUMNS = {"@score": "score", "@prediction": "prediction", "@outcome": "outcome", "@output": "output"}
"""What else than inputs and groups can be asked of a row, with its column in `explained_decisions`."""

CATEGORIES_KEPT = 200
"""Categories of a column that can be chosen, the most frequent first: more are no list for a person."""

Missing = Literal["out", "too", "only"]
"""Whether rows without a value are left out, taken too, or taken alone."""


@dataclass(frozen=True)
class Where:
    """A condition on a column: a number within bounds (both included, None is open), or a text among `values`.

    `column` is an input, a group, or one of `OWN_COLUMNS`. Without bounds and values every value fits.
    """

    column: str
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    missing: Missing = "out"


@dataclass(frozen=True)
class Choice:
    """Explained rows of a version: the decisions of some days, or its reference; of those, what fits every condition.

    `first` and `last` are UTC days, both included; None for the reference.
    """

    model: str
    version: int
    first: date | None = None
    last: date | None = None
    where: tuple[Where, ...] = ()


@dataclass(frozen=True)
class Column:
    """What is known of a column over all explained rows of a version: for choosing and for words.

    `kind` is `number`, `flag` (0 and 1 alone) or `category`. `is_input` is False for a column of `groups` that the
    model does not see. `low` and `high` are of a number, without infinite ones; `categories` the most frequent first.
    """

    name: str
    kind: Literal["number", "flag", "category"]
    is_input: bool
    low: float | None
    high: float | None
    missing: int
    n: int
    categories: tuple[str, ...] = ()


def columns(snapshot: Snapshot, *, model: str, version: int) -> tuple[Column, ...]:
    """The inputs and groups of a version, by name."""
    rows = snapshot.rows(
        """select feature, count(text), count(value), count(shap),
            min(value) filter (isfinite(value)), max(value) filter (isfinite(value)),
            coalesce(bool_and(value in (0, 1)), false), count(*) filter (value is null and text is null), count(*)
        from explained_values where model = ? and version = ? group by feature order by lower(feature), feature""",
        [model, version],
    )
    texts = _categories(snapshot, model, version, [row[0] for row in rows if row[1]])
    return tuple(
        Column(name, "category" if told else "flag" if flag else "number", bool(explained), low, high, missing, n,
               texts.get(name, ()))
        for name, told, _, explained, low, high, flag, missing, n in rows
    )  # fmt: skip


def _categories(snapshot: Snapshot, model: str, version: int, names: list[str]) -> dict[str, tuple[str, ...]]:
    if not names:
        return {}
    rows = snapshot.rows(
        """select feature, list(text order by n desc, text)[:$kept] from (
            select feature, text, count(*) as n from explained_values
            where model = $model and version = $version and text is not null and feature in (select unnest($names))
            group by feature, text
        ) group by feature""",
        {"model": model, "version": version, "names": names, "kept": CATEGORIES_KEPT},
    )
    return {name: tuple(found) for name, found in rows}


def answers(snapshot: Snapshot, *, model: str, version: int, column: str) -> tuple[str, ...]:
    """The predictions or outcomes that occur, the most frequent first; at most `CATEGORIES_KEPT`."""
    rows = snapshot.rows(
        f"""select {OWN_COLUMNS[column]}, count(*) as n from explained_decisions
        where model = ? and version = ? and {OWN_COLUMNS[column]} is not null group by 1 order by n desc, 1 limit ?""",
        [model, version, CATEGORIES_KEPT],
    )
    return tuple(value for value, _ in rows)


@dataclass(frozen=True)
class Size:
    """How many rows a choice has, the days of the first and the last decision, and their mean output and base value.

    Days are None for the reference; the means are None without rows.
    """

    n: int
    first: date | None
    last: date | None
    output: float | None
    base: float | None


def size(snapshot: Snapshot, *, choice: Choice) -> Size:
    """The size of a choice."""
    asked = _Asked(choice)
    ((n, first, last, output, base),) = snapshot.rows(
        f"""select count(*), cast(min(decided_at) as date), cast(max(decided_at) as date), avg(output), avg(base_value)
        from explained_decisions d where {asked.rows}""",
        asked.params,
    )
    return Size(n, first, last, output, base)


def weights(snapshot: Snapshot, *, choice: Choice) -> tuple[Weight, ...]:
    """What drives the rows of a choice, by rank; empty for a choice without rows."""
    asked = _Asked(choice)
    return weighed(
        snapshot.rows(
            f"""select feature, avg(abs(shap)), avg(shap), count(shap) from explained_values v
            where {asked.values} and shap is not null
                and row in (select row from explained_decisions d where {asked.rows})
            group by feature""",
            asked.params,
        )
    )


def values(snapshot: Snapshot, *, choice: Choice, features: tuple[str, ...], limit: int) -> pd.DataFrame:
    """The values of some features in at most `limit` rows of a choice: feature, row, value, text, shap.

    By feature and row; `shap` is NULL for a column of `groups`.
    """
    asked = _Asked(choice)
    return snapshot.query(
        f"""with drawn as ({asked.drawn})
        select feature, row, value, text, shap from explained_values v
        where {asked.values} and feature in (select unnest($features)) and row in (select row from drawn)
        order by feature, row""",
        {**asked.params, "features": list(features), "limit": limit},
    )


def rows(snapshot: Snapshot, *, choice: Choice, limit: int) -> pd.DataFrame:
    """The rows that `values` draws with the same limit, as decisions, by row.

    row, prediction_id, decided_at, score, prediction, outcome, class, base_value, output.
    """
    asked = _Asked(choice)
    return snapshot.query(
        f"""with drawn as ({asked.drawn})
        select row, prediction_id, decided_at, score, prediction, outcome, class, base_value, output
        from explained_decisions d where {asked.rows} and row in (select row from drawn) order by row""",
        {**asked.params, "limit": limit},
    )


class _Asked:
    """A choice as SQL over `explained_decisions d` and `explained_values v`, with what is bound in it."""

    def __init__(self, choice: Choice) -> None:
        self.params: dict[str, Any] = {"model": choice.model, "version": choice.version}
        self._choice = choice
        self.rows = " and ".join(["d.model = $model and d.version = $version", *self._days("d"), *self._conditions()])
        self.values = " and ".join(["v.model = $model and v.version = $version", *self._months("v")])
        self.drawn = f"select row from explained_decisions d where {self.rows} order by hash(row), row limit $limit"

    def _months(self, table: str) -> list[str]:
        first, last = self._choice.first, self._choice.last
        if first is None or last is None:
            return [f"{table}.month is null"]
        self.params |= {"first_month": first.replace(day=1), "last_month": last.replace(day=1)}
        return [f"{table}.month between $first_month and $last_month"]

    def _days(self, table: str) -> list[str]:
        first, last = self._choice.first, self._choice.last
        if first is None or last is None:
            return self._months(table)
        self.params |= {
            "from": datetime.combine(first, time()),
            "until": datetime.combine(min(last, date.max - timedelta(1)) + timedelta(1), time()),
        }
        return [*self._months(table), f"{table}.decided_at >= $from and {table}.decided_at < $until"]

    def _conditions(self) -> list[str]:
        return [self._condition(place, where) for place, where in enumerate(self._choice.where)]

    def _condition(self, place: int, where: Where) -> str:
        if where.column in OWN_COLUMNS:
            column = f"d.{OWN_COLUMNS[where.column]}"
            fits = self._fits(place, where, column, column)
            return _with_missing(fits, f"{column} is null", where.missing)
        self.params[f"column_{place}"] = where.column
        fits = _with_missing(
            self._fits(place, where, "v.value", "v.text"), "v.value is null and v.text is null", where.missing
        )
        within = " and ".join(["v.model = $model and v.version = $version", *self._months("v")])
        return f"d.row in (select row from explained_values v where {within} and feature = $column_{place} and {fits})"

    def _fits(self, place: int, where: Where, number: str, text: str) -> str:
        parts = []
        for name, sign, bound in (("low", ">=", where.low), ("high", "<=", where.high)):
            if bound is not None:
                self.params[f"{name}_{place}"] = bound
                parts.append(f"{number} {sign} ${name}_{place}")
        if where.values:
            self.params[f"values_{place}"] = list(where.values)
            parts.append(f"{text} in (select unnest($values_{place}))")
        return " and ".join(parts) or "true"


def _with_missing(fits: str, is_missing: str, missing: Missing) -> str:
    if missing == "only":
        return f"({is_missing})"
    known = f"({fits}) and not ({is_missing})"
    return f"(({known}) or ({is_missing}))" if missing == "too" else f"({known})"


def inputs_of(found: Sequence[Column]) -> tuple[str, ...]:
    """The names of those columns that the model sees."""
    return tuple(column.name for column in found if column.is_input)
