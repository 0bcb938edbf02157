"""What drives a version in each month, and how far that has changed: from the explained values in the draft."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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
    store: ExplainStore, model: str, changed: Mapping[int, Collection[date]], champions: Sequence[Champion]
) -> None:
    """Bring `explanation_change` up to date: months that changed, and those that are compared with a version that did.

    `changed` has the months of each version whose values are not what they were.
    """
    explained = store.explained_versions(model)
    found: dict[int, tuple[set[date], list[list[Any]]]] = {}
    for version in sorted(explained):
        held = {month for month in store.months(model, version) if month is not None}
        partners = {month: before(champions, version, month) for month in held}
        compared = store.compared(model, version)
        due = set(changed.get(version, ()))
        due |= {month for month, other in partners.items() if other is not None and changed.get(other)}
        due |= {month for month, other in partners.items() if _missing(store, model, other, month, compared, explained)}
        due |= {month for month, other in compared.items() if partners.get(month) != other}
        rows = [row for month in sorted(due & held) for row in _changes(store, model, version, month, partners[month])]
        if due:
            found[version] = (due, rows)
    if found:
        with store.transaction():
            for version, (due, rows) in found.items():
                store.replace("explanation_change", model, version, sorted(due), rows)


def _missing(
    store: ExplainStore, model: str, other: int | None, month: date, compared: Mapping[date, int], explained: set[int]
) -> bool:
    """Whether a month could be compared with another version, and was not yet."""
    if other is None or other not in explained or compared.get(month) == other:
        return False
    return any(one is None or one <= month for one in store.months(model, other))


def _changes(store: ExplainStore, model: str, version: int, month: date, other: int | None) -> list[list[Any]]:
    """The month against the reference and against the version before, as far as they are explained."""
    now = attributions(store, model, version, month)
    reference = attributions(store, model, version, None)
    earlier = _of_version(store, model, other, month) if other is not None else None
    rows = []
    if now is not None and reference is not None:
        rows.append(_row(model, version, month, "reference", version, reference, now))
    if now is not None and other is not None and earlier is not None:
        rows.append(_row(model, version, month, "version", other, earlier, now))
    return rows


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
