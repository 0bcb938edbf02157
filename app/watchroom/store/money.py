"""Reads what money is worked out from in a draft, and writes what it came to: `value_counts` and `value`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from watchroom.domain.value import OF_ERRORS, OF_OUTCOMES
from watchroom.domain.value_estimate import LAST_DAYS
from watchroom.store.draft import Draft

COUNT_COLUMNS = ("version", "day", "who", "kind", "n", *OF_OUTCOMES, *OF_ERRORS)

_OUTCOMES = """
    select version, day, sum(n)::double as n,
        coalesce(sum(n) filter (where predicted = '1' and outcome = '1'), 0)::double as tp,
        coalesce(sum(n) filter (where predicted = '1' and outcome = '0'), 0)::double as fp,
        coalesce(sum(n) filter (where predicted = '0' and outcome = '1'), 0)::double as fn,
        coalesce(sum(n) filter (where predicted = '0' and outcome = '0'), 0)::double as tn
    from profile.profile_outcomes
    where model = $model and group_column = '' and day <= $today and predicted is not null and outcome is not null
    group by version, day order by version, day
"""

_CELLS = f"""
    with known as (
        select version, max(day) - {LAST_DAYS} as since from profile.profile_outcomes
        where model = $model and group_column = '' and day <= $today and predicted is not null and outcome is not null
        group by version
    )
    select version, day, score_bin, predicted as answer, outcome, sum(n)::double as n
    from profile.profile_outcomes left join known using (version)
    where model = $model and group_column = '' and day <= $today and predicted is not null
        and (outcome is null or day > since)
    group by all order by all
"""

_ERRORS = """
    select version, day, n::double as n, over_sum, under_sum, outcome_mean from profile.profile_errors
    where model = $model and group_column = '' and day <= $today and n > 0 order by version, day
"""

_DAYS = """
    select v.version, v.day, v.decisions, v.labelled,
        coalesce(s.decisions / sum(s.decisions) over (partition by v.day), 0) as share
    from profile.volume v
    left join value.value_serving s on s.model = v.model and s.version = v.version and s.day = v.day
    where v.model = $model and v.day <= $today and v.decisions > 0 order by v.version, v.day
"""

_REFERENCE_CLASSES = """
    select version, outcome, sum(n) as n from profile.profile_outcomes
    where model = $model and group_column = '' and day is null and outcome is not null group by all order by all
"""

_REFERENCE_MEANS = """
    select version, mean from profile.profile_features where model = $model and feature = '@outcome' and kind = 'number'
    and mean is not null
"""

_REFERENCE_BINS = """
    select version, lower, reference as n from profile.profile_bins
    where model = $model and feature = '@outcome' and bin >= 0 and reference > 0 order by version, bin
"""

_STANDS = """
    select model, bit_xor(hash(kind, path, day, digest))::varchar, count(*) from profile.log_days
    where kind in ('decisions', 'outcomes') group by model
"""

_DIGESTS = """
    select day, string_agg(kind || digest, ' ' order by kind, digest) from profile.log_days
    where model = $model and kind in ('decisions', 'outcomes') group by day
"""


class MoneyStore:
    """The part `value` of a draft as the step that works out money needs it. Days are UTC, up to the draft's own."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._today = draft.made_at.date()

    def outcomes(self, model: str) -> pd.DataFrame:
        """Decisions of a binary model with a prediction and an outcome: version, day, n, tp, fp, fn, tn."""
        return self._frame(_OUTCOMES, model)

    def cells(self, model: str) -> pd.DataFrame:
        """Its decisions that wait for an outcome, and those that tell what will come of them.

        The latter are of the last days with outcomes of their version. version, day, score_bin, answer, outcome, n.
        """
        return self._frame(_CELLS, model)

    def errors(self, model: str) -> pd.DataFrame:
        """Decisions of a regression with an outcome: version, day, n, over_sum, under_sum, outcome_mean."""
        return self._frame(_ERRORS, model)

    def days(self, model: str) -> pd.DataFrame:
        """Its days: version, day, decisions, labelled; `share` of the running cost of the day, 0 for one in shadow."""
        return self._frame(_DAYS, model)

    def reference_classes(self, model: str) -> pd.DataFrame:
        """Outcomes of the reference of a classifier: version, outcome, n."""
        return self._frame(_REFERENCE_CLASSES, model)

    def reference_means(self, model: str) -> dict[int, float]:
        """The mean outcome of the reference of a regression, by version."""
        return {int(version): float(mean) for version, mean in self._rows(_REFERENCE_MEANS, model)}

    def reference_medians(self, model: str) -> dict[int, float]:
        """The median outcome of the reference by version: where its bin begins, at most a percentile off."""
        found: dict[int, float] = {}
        bins = self._frame(_REFERENCE_BINS, model)
        for version, own in bins.groupby("version"):
            reached = own["n"].cumsum().to_numpy() > own["n"].sum() / 2
            found[int(str(version))] = float(own["lower"].to_numpy(np.float64)[int(np.argmax(reached))])
        return {version: median for version, median in found.items() if np.isfinite(median)}

    def repeated(self, model: str) -> frozenset[Any]:
        """The days on which some id stands twice for a version."""
        query = "select distinct day from profile.volume where model = $model and duplicates > 0"
        return frozenset(row[0] for row in self._draft.connection.execute(query, {"model": model}).fetchall())

    def stands(self) -> dict[str, str]:
        """Of each model with a log what changes with its decisions and outcomes."""
        rows = self._draft.connection.execute(_STANDS).fetchall()
        return {model: f"{digest} {n}" for model, digest, n in rows}

    def digests(self, model: str) -> dict[Any, str]:
        """Of each day what changes with its decisions and outcomes."""
        rows = self._draft.connection.execute(_DIGESTS, {"model": model}).fetchall()
        return {day: hashlib.sha256(text.encode()).hexdigest()[:16] for day, text in rows}

    def baseline_before(self, model: str) -> pd.DataFrame:
        """What is held of the decisions with an outcome made by the baseline: version, day, n and the counts."""
        return self._frame(
            f"select {', '.join(('version', 'day', 'n', *OF_OUTCOMES, *OF_ERRORS))} from value.value_counts "
            "where model = $model and who = 'baseline' and kind = 'realized' and day <= $today order by version, day",
            model,
        )

    def forget(self, model: str) -> None:
        """Remove all money of a model. Call inside `Draft.transaction("value")`, as `write`."""
        for table in ("value_counts", "value"):
            self._draft.connection.execute(f"delete from value.{table} where model = ?", [model])

    def write(self, model: str, counts: pd.DataFrame, money: list[Mapping[str, Any]]) -> None:
        """The counts (`COUNT_COLUMNS`) and the money of a model, in place of what was held of it.

        Money comes in blocks of columns by name, each of one version (without one: of the model) and one grain.
        """
        self.forget(model)
        if len(counts):
            given = counts.reindex(columns=list(COUNT_COLUMNS))
            columns = {name: given[name].to_numpy() for name in ("who", "kind")}
            columns |= {name: given[name].to_numpy(np.float64) for name in ("n", *OF_OUTCOMES, *OF_ERRORS)}
            columns |= {"version": given["version"].to_numpy(np.int32), "day": _days(given["day"])}
            self._draft.insert_columns("value_counts", [{"model": model, **columns}])
        self._draft.insert_columns("value", [{"model": model, **block} for block in money])

    def _frame(self, query: str, model: str) -> pd.DataFrame:
        given: dict[str, Any] = {"model": model}
        if "$today" in query:
            given["today"] = self._today
        return self._draft.connection.execute(query, given).df()

    def _rows(self, query: str, model: str) -> list[tuple[Any, ...]]:
        return self._draft.connection.execute(query, {"model": model}).fetchall()


def _days(values: pd.Series[Any]) -> np.ndarray[Any, Any]:
    return values.to_numpy("datetime64[D]")
