"""The counts behind fairness: decisions of each group and period, as few cells as they fall into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from watchroom.domain.vocabulary import Task
from watchroom.store.draft import Draft

UNIT = ("version", "grain", "period_start", "period_end", "group_column", "group_value")
"""What a group of decisions is known by."""


@dataclass(frozen=True)
class Counted:
    """The groups of a model, one row each in the order of `UNIT`; and their cells, `unit` naming the group's row.

    The cells of a classifier have `predicted`, `outcome` (1, 0, or -1 for unknown), `wrong` (1, 0, or -1 likewise),
    `scored` (1 or 0), `n`, `score_sum`, `score_sq_sum`. Those of a regression have `n`, `error_sum`, `abs_sum`,
    `sq_sum`, one for each group.
    """

    units: pd.DataFrame
    cells: pd.DataFrame

    def column(self, name: str) -> np.ndarray:
        """A column of the cells as numbers; 0 where a sum is missing."""
        return self.cells[name].fillna(0).to_numpy(np.float64)


def read_counts(draft: Draft, model: str, task: Task) -> Counted:
    """Every version's decisions by group in each month, in all months, and in the reference; empty without groups."""
    found = draft.connection.execute(_ERRORS if task == "regression" else _OUTCOMES, [model]).df()
    unit = found[list(UNIT)]
    code = unit.groupby(list(UNIT), dropna=False, sort=False).ngroup().to_numpy()
    first = ~pd.Series(code).duplicated().to_numpy()
    cells = found.drop(columns=list(UNIT)).assign(unit=code)
    return Counted(unit[first].reset_index(drop=True), cells)


# Missing and other values than 0 and 1 are -1. Months are added up once, and all decisions from the months.
_CELLS = """
    case predicted when '1' then 1 when '0' then 0 else -1 end as predicted,
    case outcome when '1' then 1 when '0' then 0 else -1 end as outcome,
    case when predicted is null or outcome is null then -1 when predicted <> outcome then 1 else 0 end as wrong,
    case when score_bin is null then 0 else 1 end as scored,
    sum(n)::double as n, sum(score_sum) as score_sum, sum(score_sq_sum) as score_sq_sum"""
_SUMS = """
    sum(n)::double as n, sum(over_sum - under_sum) as error_sum, sum(over_sum + under_sum) as abs_sum,
    sum(sq_sum) as sq_sum"""

_PERIODS = """
with months as (
    select version, date_trunc('month', day)::date as month, min(day) as first, max(day) as last,
        group_column, group_value, {cells}
    from profile.{table} where model = ? and group_column <> '' group by all
),
ends as (select version, min(first) as first, max(last) as last from months group by version)
select version, case when month is null then 'reference' else 'month' end as grain, month as period_start,
    last_day(month) as period_end, group_column, group_value, {names}
from months
union all
select version, 'all', ends.first, ends.last, group_column, group_value, {sums}
from months join ends using (version) where month is not null group by all
order by version, grain, period_start nulls last, group_column, group_value
"""
_OUTCOMES = _PERIODS.format(
    table="profile_outcomes",
    cells=_CELLS,
    names="predicted, outcome, wrong, scored, n, score_sum, score_sq_sum",
    sums="predicted, outcome, wrong, scored, sum(n) as n, sum(score_sum) as score_sum, "
    "sum(score_sq_sum) as score_sq_sum",
)
_ERRORS = _PERIODS.format(
    table="profile_errors",
    cells=_SUMS,
    names="n, error_sum, abs_sum, sq_sum",
    sums="sum(n) as n, sum(error_sum) as error_sum, sum(abs_sum) as abs_sum, sum(sq_sum) as sq_sum",
)
