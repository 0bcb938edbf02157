"""The parameters of some runs: which of them vary, and their values beside a metric."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from watchroom.domain.configurations import seed_like
from watchroom.domain.run_groups import Values
from watchroom.store.queries.run_filter_sql import ATTRIBUTE_SQL
from watchroom.store.snapshot import Snapshot

FEW_NUMBERS = 12
"""Different values of a parameter that are shown one by one, even when some are numbers and some are not."""


@dataclass(frozen=True)
class Varying:
    """A parameter with at least two values among the runs: how many runs have it, how many values are different.

    `is_number` when they are looked at as numbers: all of them are, or so many that the few `texts` among them (runs
    with `None` or `auto`) are left out.
    """

    key: str
    runs: int
    different: int
    is_number: bool
    texts: int


@dataclass(frozen=True)
class Params:
    """The parameters that vary, those of most runs first, then by name; and how many are the same for all."""

    varying: tuple[Varying, ...]
    same: int


def params(snapshot: Snapshot, *, run_ids: tuple[str, ...]) -> Params:
    """Every parameter of the runs. One that some runs have and others lack, but with one value, does not vary."""
    sql = """
        select key, count(*), count(distinct value), count(*) filter (number is null or not isfinite(number)),
            count(distinct number)
        from params where run_id in (select unnest(?)) and value is not null
        group by key order by count(*) desc, key"""
    found = snapshot.rows(sql, (list(run_ids),))
    varying = tuple(
        Varying(key, runs, different, texts == 0 or (numbers > FEW_NUMBERS and texts < runs / 2), texts)
        for key, runs, different, texts, numbers in found
        if different > 1
    )
    return Params(varying, len(found) - len(varying))


def values(snapshot: Snapshot, *, run_ids: tuple[str, ...], keys: tuple[str, ...]) -> dict[str, Values]:
    """What the runs have of these parameters, by name, in the order of the runs."""
    sql = """
        with asked as (
            select unnest(ids) as run_id, generate_subscripts(ids, 1) - 1 as place from (select ?::varchar[] as ids)
        )
        select key, place, value, number from params join asked using (run_id) where key in (select unnest(?))"""
    kinds = {one.key: one.is_number for one in params(snapshot, run_ids=run_ids).varying}
    texts: dict[str, list[str | None]] = {key: [None] * len(run_ids) for key in keys}
    numbers = {key: np.full(len(run_ids), np.nan) for key in keys}
    for key, place, value, number in snapshot.rows(sql, (list(run_ids), list(keys))):
        texts[key][place] = value
        numbers[key][place] = np.nan if number is None or not np.isfinite(number) else number
    return {key: Values(key, tuple(texts[key]), numbers[key], kinds.get(key, False)) for key in keys}


def configurations(snapshot: Snapshot, *, run_ids: tuple[str, ...]) -> tuple[int, ...]:
    """The configuration of each run: runs with the same parameters, but for those of seeds, have the same number.

    Where a seed varies, a text that is another one for each run that has it (a name, a folder) makes no configuration.
    """
    varying = params(snapshot, run_ids=run_ids).varying
    seeds = [one.key for one in varying if seed_like(one.key)]
    names = [one.key for one in varying if seeds and not one.is_number and one.different == one.runs]
    sql = """
        select run_id, string_agg(length(key) || ':' || key || length(value) || ':' || value, '' order by key)
        from params where run_id in (select unnest(?)) and value is not null and key not in (select unnest(?))
        group by run_id"""
    found = dict(snapshot.rows(sql, (list(run_ids), [*seeds, *names] or [""])))
    seen: dict[str | None, int] = {}
    return tuple(seen.setdefault(found.get(run_id), len(seen)) for run_id in run_ids)


def deleted(snapshot: Snapshot, *, run_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the runs that are deleted in MLflow, or whose experiment is."""
    sql = f"""
        select r.run_id from runs r left join experiments e on e.experiment_id = r.experiment_id
        where r.run_id in (select unnest(?)) and {ATTRIBUTE_SQL["lifecycle_stage"]} = 'deleted'"""
    return tuple(run_id for (run_id,) in snapshot.rows(sql, (list(run_ids),)))


def metric_values(
    snapshot: Snapshot, *, run_ids: tuple[str, ...], metric: str, statistic: str
) -> tuple[float | None, ...]:
    """The metric's `last`, `best`, `min` or `max` of each run, in their order.

    None where there is no finite one, and for runs that are deleted in MLflow.
    """
    column = {"last": "last", "best": "best", "min": "min", "max": "max"}[statistic]
    sql = f"select run_id, {column} from metrics where key = ? and run_id in (select unnest(?)) and isfinite({column})"
    found = dict(snapshot.rows(sql, (metric, list(run_ids))))
    gone = set(deleted(snapshot, run_ids=run_ids))
    return tuple(None if run_id in gone else found.get(run_id) for run_id in run_ids)
