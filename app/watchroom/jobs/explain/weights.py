"""What drives a version in each month, and how far that has changed: from the explained values in the draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np

from watchroom.domain.attribution import NDCG_LIMIT, Attributions, change
from watchroom.jobs.explain.logs import last_day_of
from watchroom.sources.decisions.contract import Champion
from watchroom.store.draft import Draft
from watchroom.store.explain import ExplainStore, Month

_WEIGHTS = """
    insert into explain.shap_global
    with rows as (
        select case when month is null then 'reference' else 'month' end as grain, month as first,
            last_day(month) as last, feature, shap
        from explain.explained_values
        where model = $model and version = $version and shap is not null
            and list_contains($months, coalesce(month, $never))
        union all
        select 'all', $first, $last, feature, shap from explain.explained_values
        where model = $model and version = $version and shap is not null and month is not null
    ), sums as (
        select grain, first, last, feature, avg(abs(shap)) as size, avg(shap) as mean, count(*) as n
        from rows group by all
    )
    select $model, $version, grain, first, last, feature, size, mean,
        size / nullif(sum(size) over (partition by grain, first), 0),
        row_number() over (partition by grain, first order by size desc, feature), n
    from sums order by grain, first, feature
"""

_NEVER = date(1, 1, 1)
"""Stands for the reference's missing month where SQL compares."""


def fill_weights(draft: Draft, store: ExplainStore, model: str, version: int, months: Iterable[Month]) -> None:
    """Bring `shap_global` up to date with the explained values of these months, and of all together."""
    touched = list(months)
    held = sorted(month for month in store.months(model, version) if month is not None)
    store.replace("shap_global", model, version, touched, [])
    draft.connection.execute(
        "delete from explain.shap_global where model = ? and version = ? and grain = 'all'", [model, version]
    )
    draft.connection.execute(
        _WEIGHTS,
        {
            "model": model,
            "version": version,
            "months": [month or _NEVER for month in touched],
            "never": _NEVER,
            "first": held[0] if held else None,
            "last": last_day_of(held[-1]) if held else None,
        },
    )


def fill_changes(
    store: ExplainStore, model: str, version: int, months: Sequence[date], champions: Sequence[Champion]
) -> None:
    """Bring `explanation_change` up to date for these months: against the reference and against the version before."""
    reference = attributions(store, model, version, None)
    rows = []
    for month in months:
        now = attributions(store, model, version, month)
        if now is None:
            continue
        if reference is not None:
            rows.append(_row(model, version, month, "reference", version, reference, now))
        other = before(champions, version, month)
        earlier = _of_version(store, model, other, month) if other is not None else None
        if other is not None and earlier is not None:
            rows.append(_row(model, version, month, "version", other, earlier, now))
    store.replace("explanation_change", model, version, months, rows)


def before(champions: Sequence[Champion], version: int, month: date) -> int | None:
    """The version that was in service before this one, as of the month's end; None when it was the first."""
    ended = last_day_of(month)
    reigned = [one.version for one in champions if one.since.date() <= ended]
    if version in reigned:
        reigned = reigned[: reigned.index(version)]
    return next((one for one in reversed(reigned) if one != version), None)


def _of_version(store: ExplainStore, model: str, version: int, month: date) -> Attributions | None:
    """What drove another version: in that month, else in the newest one before it, else in its reference."""
    held = store.months(model, version)
    earlier = sorted(one for one in held if one is not None and one <= month)
    wanted: Month = earlier[-1] if earlier else None
    return attributions(store, model, version, wanted) if wanted in held else None


def attributions(store: ExplainStore, model: str, version: int, month: Month) -> Attributions | None:
    """The SHAP values of a month or of the reference, a row for each explained row; None for none."""
    found = store.values(model, version, month)
    if not found.num_rows:
        return None
    features = list(dict.fromkeys(found["feature"].to_pylist()))
    values = found["shap"].to_numpy().reshape(len(features), -1).T
    return Attributions(tuple(features), np.ascontiguousarray(values, dtype=np.float64))


def _row(
    model: str, version: int, month: date, against: str, other: int, then: Attributions, now: Attributions
) -> list[Any]:
    found = change(then, now)
    told = [None if np.isnan(value) else value for value in (found.value, found.low, found.high)]
    return [
        model, version, month, last_day_of(month), against, other, *told, NDCG_LIMIT, found.status,
        found.feature, found.share_before, found.share, found.n, found.against_n,
    ]  # fmt: skip
