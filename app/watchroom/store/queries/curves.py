"""Metric curves of some runs: which metrics they have, and every point of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.curves import NO_TIME, Curve
from watchroom.store.queries.run_filter_sql import NOT_DELETED
from watchroom.store.snapshot import Snapshot

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

POINTS_READ = 1_000_000
"""Points read for one picture: half a second's work. Past that the store gives only extremes of stretches."""

POINTS_OF_PLACE = 10
"""Points that a run may give for each part of its axis: five of a stretch, and steps and time cut at other places."""


@dataclass(frozen=True)
class MetricName:
    """A metric of the runs: how many have it, how many of them more than one point of it, and all points together.

    `not_finite` counts the points that are NaN or infinite. `better` is as in the table `metrics`; None when the runs
    do not agree.
    """

    key: str
    runs: int
    curves: int
    points: int
    not_finite: int
    better: str | None


@dataclass(frozen=True)
class RunFact:
    """What a curve's run is called. `name` is empty when it has none; `started` is UTC, None when unknown.

    `deleted` when it, or its experiment, is.
    """

    run_id: str
    name: str
    experiment: str
    started: datetime | None
    deleted: bool = False


@dataclass(frozen=True)
class History:
    """The curves of the runs that have the metric, in the order of the runs asked for.

    `points` is how many were logged; `extremes` says that only the least and greatest of stretches were read.
    """

    curves: tuple[Curve, ...]
    points: int
    extremes: bool


def metric_names(snapshot: Snapshot, *, run_ids: tuple[str, ...]) -> tuple[MetricName, ...]:
    """Every metric of the runs: those with most curves first, then those of most runs, then by name."""
    sql = """
        select key, count(*), count(*) filter (count > 1) as curves, sum(count)::bigint, sum(not_finite)::bigint,
            case when min(better) = max(better) then min(better) end
        from metrics where run_id in (select unnest(?))
        group by key order by curves desc, count(*) desc, key"""
    return tuple(MetricName(*row) for row in snapshot.rows(sql, (list(run_ids),)))


def run_facts(snapshot: Snapshot, *, run_ids: tuple[str, ...]) -> dict[str, RunFact]:
    """Names and starts of the runs by id; those that the snapshot does not know are left out."""
    sql = f"""
        select r.run_id, coalesce(r.name, ''), coalesce(e.name, ''), r.start_time, not ({NOT_DELETED})
        from runs r left join experiments e on e.experiment_id = r.experiment_id
        where r.run_id in (select unnest(?))"""
    return {row[0]: RunFact(*row) for row in snapshot.rows(sql, (list(run_ids),))}


def history(snapshot: Snapshot, *, run_ids: tuple[str, ...], metric: str) -> History:
    """The points of one metric of the runs, in the order of steps, then times; NaN and infinities are kept."""
    ids = list(dict.fromkeys(run_ids))
    counted = "select coalesce(sum(count), 0)::bigint from metrics where key = ? and run_id in (select unnest(?))"
    points = int(snapshot.rows(counted, (metric, ids))[0][0])
    extremes = points > POINTS_READ
    if extremes:
        found = snapshot.query(_EXTREMES, (ids, metric, max(POINTS_READ // (POINTS_OF_PLACE * len(ids)), 1)))
    else:
        found = snapshot.query(_POINTS, (ids, metric))
    place, *columns = (found[name].to_numpy() for name in ("place", "step", "time_us", "value"))
    order = np.argsort(place, kind="stable")  # most points lie in their order already: a sort of all costs far more
    place = place[order]
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    ends = np.append(starts, len(place))[1:]
    curves = tuple(
        _curve(ids[place[start]], *(column[order[start:end]] for column in columns))
        for start, end in zip(starts, ends, strict=True)
    )
    return History(curves, points, extremes)


def _curve(run_id: str, step: Whole, time_us: Whole, value: Floats) -> Curve:
    if np.all((step[1:] > step[:-1]) | ((step[1:] == step[:-1]) & (time_us[1:] > time_us[:-1]))):
        return Curve(run_id, step, time_us, value)
    order = np.lexsort((value, time_us, step))
    return Curve(run_id, step[order], time_us[order], value[order])


_POINT = f"""
    with asked as (
        select unnest(ids) as run_id, generate_subscripts(ids, 1) - 1 as place from (select ?::varchar[] as ids)
    ),
    point as (
        select place::integer as place, coalesce(step, 0) as step, coalesce(epoch_us(time), {NO_TIME}) as time_us, value
        from metric_history join asked using (run_id) where key = ?
    )"""

_POINTS = f"{_POINT} select place, step, time_us, value from point"

_EXTREMES = f"""{_POINT},
    extent as (
        select place, min(step) as first_step, max(step) as last_step, min(nullif(time_us, {NO_TIME})) as first_time,
            max(time_us) as last_time
        from point group by place
    ),
    cut as (
        select place, (step - first_step)::double / greatest(last_step - first_step, 1) as part,
            case when time_us <> {NO_TIME} then (time_us - first_time)::double / greatest(last_time - first_time, 1)
                else 0 end as time_part,
            {{'step': step, 'time_us': time_us, 'value': value}} as p
        from point join extent using (place)
    ),
    ends as (
        select place, arg_min(p, p.value) filter (isfinite(p.value)) as least,
            arg_max(p, p.value) filter (isfinite(p.value)) as greatest,
            any_value(p) filter (not isfinite(p.value)) as odd,
            arg_min(p, (p.step, p.time_us)) as first, arg_max(p, (p.step, p.time_us)) as last
        from cut, (select ?::integer as parts)
        group by place, least(floor(part * parts), parts - 1), least(floor(time_part * parts), parts - 1)
    ),
    one as (select distinct place, unnest([least, greatest, odd, first, last]) as p from ends)
    select place, p.step as step, p.time_us as time_us, p.value as value from one where p is not null"""
"""Stretches of the steps and of the time at once: steps may be all 0, or crowd at one end, and either can be the axis.

A stretch gives its first and last point too, so that a curve's ends and the slope across a stretch are its own.
"""
