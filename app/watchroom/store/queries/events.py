"""The daily figures of a model that are compared before and after an event: of what was in service, each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from watchroom.domain.spread import Better
from watchroom.store.snapshot import Snapshot

Kind = Literal["benefit", "kpi", "metric", "volume"]


@dataclass(frozen=True)
class Daily:
    """A figure by UTC day; days without one are not there.

    Nor are days on which fewer than half of its outcomes are known: what comes early is not like what comes late.
    `benefit` is the mean of a decision with an outcome, in the workspace's currency, before running costs.

    `name` is the KPI's or the metric's; empty for the others. `better` is `lower`, `higher`, or None where more is
    neither.
    """

    kind: Kind
    name: str
    unit: str | None
    better: Better | None
    by_day: Mapping[date, float] = field(default_factory=dict)


_SERIES = """
with served as (select version, day, decisions from value_serving where model = $model),
metric as (
    select coalesce(
        (select metric from decay where model = $model order by version desc limit 1),
        (select any_value(metric) from performance where model = $model and status in ('watch', 'failing'))
    ) as name
),
every as (
    select 1 as place, 0 as position, 'benefit' as kind, '' as name, null as unit, 'higher' as better,
        period_start as day, benefit / labelled as value
    from value where model = $model and version is null and grain = 'day' and labelled > 0 and 2 * labelled >= decisions
    union all
    select 2, k.position, 'kpi', k.kpi, k.unit, k.better, v.period_start, v.value
    from kpi_values v join kpis k using (model, kpi)
    where model = $model and v.version is null and v.grain = 'day' and 2 * v.n >= v.decisions
    union all
    select 3, 0, 'metric', p.metric, null, null, p.period_start, p.value
    from performance p join metric m on p.metric = m.name
        join served s on s.version = p.version and s.day = p.period_start
    where p.model = $model and p.grain = 'day' and p.kind = 'realized' and 2 * p.n_labelled >= p.n
    union all
    select 4, 0, 'volume', '', 'decisions', null, day, sum(decisions) from served group by day
)
select kind, name, unit, better, list(day order by day), list(value order by day)
from every where value is not null and isfinite(value) and day <= $today
group by place, position, kind, name, unit, better order by place, position, name
"""


def daily(snapshot: Snapshot, *, model: str) -> tuple[Daily, ...]:
    """The model's benefit, its KPIs, its watched metric and its decisions by day; what has no day is left out."""
    rows = snapshot.rows(_SERIES, {"model": model, "today": snapshot.day})
    return tuple(
        Daily(kind, name, unit, better, dict(zip(days, values, strict=True)))
        for kind, name, unit, better, days, values in rows
    )
