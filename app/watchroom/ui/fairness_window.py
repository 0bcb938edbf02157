"""The months of a window as one: every group of every column by every metric, compared as a refresh compares them.

The page of all models and that of one ask the same function, so they never disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from watchroom.domain.fairness import BEST, METRICS_OF, MetricName, compare, interval, together
from watchroom.domain.vocabulary import Task
from watchroom.store.queries import fairness as queries
from watchroom.ui.room import ask, drawn

COLUMNS = ("value", "low", "high", "n", "ratio", "ratio_low", "ratio_high", "best", "status")


@dataclass(frozen=True)
class Window:
    """Whole months together. `table` has group_column, group_value, metric, and of each the columns of `COLUMNS`.

    `first` and `last` are the first and the last day of the months, as far as the version has decisions there;
    `decisions` those of the column that has most.
    """

    table: pd.DataFrame
    first: date
    last: date
    decisions: int

    def of(self, column: str, metric: str) -> pd.DataFrame:
        """The groups of one column by one metric."""
        return self.table[(self.table["group_column"] == column) & (self.table["metric"] == metric)]


def window(*, model: str, version: int, task: Task, first: date, last: date) -> Window | None:
    """The months that have a day from `first` to `last`; None when none has decisions. Made once for everybody."""
    return drawn(_window, model=model, version=version, task=task, first=first, last=last)


def _window(*, model: str, version: int, task: Task, first: date, last: date) -> Window | None:
    rows = ask(queries.groups, model=model, version=version, first=first, last=last)
    days = ask(queries.span, model=model, version=version)
    if rows.empty or days is None:
        return None
    told = rows[rows["metric"].isin(METRICS_OF[task])]
    if told.empty:
        return None
    table = compared(told.assign(model=model)).drop(columns="model")
    begun, ended = (pd.Timestamp(end).date() for end in (rows["period_start"].min(), rows["period_end"].max()))
    biggest = table.groupby(["group_column", "metric"])["n"].sum().max()
    return Window(table, max(begun, days[0]), min(ended, days[1]), int(biggest))


def compared(rows: pd.DataFrame) -> pd.DataFrame:
    """The months of each group as one, against the best of its column: of one model or of many.

    `rows` has model, group_column, group_value, metric, value, high, n, in this order. You get a row for each group and
    metric with the columns of `COLUMNS`.
    """
    parts = [_of_metric(metric, rows[rows["metric"] == metric]) for metric in BEST if (rows["metric"] == metric).any()]
    if not parts:
        return pd.DataFrame(columns=["model", "group_column", "group_value", "metric", *COLUMNS])
    return pd.concat(parts, ignore_index=True)


def _of_metric(metric: MetricName, rows: pd.DataFrame) -> pd.DataFrame:
    unit, keys = _codes(rows[["model", "group_column", "group_value"]])
    value, high, n = (rows[name].to_numpy(np.float64) for name in ("value", "high", "n"))
    found = together(unit, value, high, n)
    low, high = interval(metric, found.value, found.n, found.variance)
    block, _ = _codes(keys[["model", "group_column"]])
    against = compare(metric, block, found.value, found.n, found.variance)
    names = keys["group_value"].to_numpy(object)
    best = [names[place] if place >= 0 else None for place in against.best]
    figures = (found.value, low, high, found.n.astype(np.int64), against.ratio, against.low, against.high)
    shown = pd.DataFrame(dict(zip(COLUMNS, (*figures, best, against.status), strict=True)))
    return pd.concat([keys.assign(metric=metric), shown], axis=1)


def _codes(keys: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """A number for each different key, in the order in which they come, and the keys in that order."""
    names = list(keys.columns)
    codes = keys.groupby(names, dropna=False, sort=False).ngroup().to_numpy()
    return codes.astype(np.int64), keys.drop_duplicates().reset_index(drop=True)
