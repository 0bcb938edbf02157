"""Readers of money: what each model earned in its last month and in all, by period, and the counts behind it.

All is of the model: of whatever versions were in service. Days are UTC days; a period that is not over yet is among
them, one that lies after the snapshot is not. Money is in the workspace's currency, None or NaN where it is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from watchroom.domain.lines import SLOPE_DAYS
from watchroom.domain.performance_status import MIN_LABELLED
from watchroom.domain.periods import Grain
from watchroom.domain.value import PaidSoFar
from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Answer:
    """What a model earned in its last whole month, and since it is in service. None is unknown.

    The period is the last month that is over; `over` is False for a model whose first month still runs. `net` is
    `benefit` and `estimated_benefit` less `run_cost`; `net_before` that of the month before, None when there is none.
    `running_net` is the sum of all days from `first_day` to `last_day`; `paid_back_on` the day on which it reached
    `build_cost` to stay above it, None when it has not. `ever_known` says whether of any day it is known what its
    decisions brought, not what they cost alone. `worth` is what its decisions with an outcome were worth; where that
    is known and the benefit is not, `covered` is the share of them with an answer without the model.
    """

    model: str
    period_start: date
    period_end: date
    over: bool
    decisions: int
    labelled: int
    benefit: float | None
    estimated_benefit: float | None
    run_cost: float | None
    net: float | None
    net_before: float | None
    first_day: date
    last_day: date
    running_net: float | None
    build_cost: float | None
    paid_back_on: date | None
    ever_known: bool = True
    worth: float | None = None
    covered: float | None = None

    @property
    def known(self) -> bool:
        """Whether anything is known of what its decisions brought in the period, not of its costs alone."""
        return self.benefit is not None or self.estimated_benefit is not None

    @property
    def so_far(self) -> PaidSoFar:
        """How much of what building it cost it has brought."""
        return PaidSoFar(self.last_day, self.running_net, self.build_cost, self.paid_back_on)


_ANSWERS = """
with known as (
    select * from value
    where version is null and period_start <= $today and ($model is null or model = $model)
),
months as (
    select *, period_end < $today as over,
        lag(net) over (partition by model order by period_start) as net_before,
        lag(period_end) over (partition by model order by period_start) as end_before
    from known where grain = 'month'
),
picked as (
    select * from months qualify row_number() over (partition by model order by over desc, period_start desc) = 1
),
built as (
    select model, try_cast(spec ->> '$.value.build_cost' as double) as build_cost from models
),
days as (
    select model, build_cost, period_start as day, benefit is not null or estimated_benefit is not null as told,
        sum(net) over (partition by model order by period_start) as running
    from known left join built using (model) where grain = 'day'
),
totals as (
    select model, bool_or(told) as ever_known, min(day) as first_day, max(day) as last_day,
        arg_max(running, day) as running_net,
        any_value(build_cost) as build_cost, max(day) filter (where running < build_cost) as last_below
    from days group by model
),
paid as (
    select model, min(day) as paid_back_on from days join totals using (model)
    where totals.running_net >= totals.build_cost and (last_below is null or day > last_below) and running is not null
    group by model
),
covered as (
    select p.model, sum(c.n) filter (where c.who = 'baseline') / sum(c.n) filter (where c.who = 'model') as covered
    from picked p join value_counts c on c.model = p.model and c.day between p.period_start and p.period_end
    join value_serving s on s.model = c.model and s.version = c.version and s.day = c.day
    where c.kind = 'realized' and p.worth is not null and p.benefit is null group by p.model
)
select p.model, p.period_start, p.period_end, p.over, coalesce(p.decisions, 0), coalesce(p.labelled, 0),
    p.benefit, p.estimated_benefit, p.run_cost, p.net,
    case when p.end_before = p.period_start - 1 then p.net_before end,
    coalesce(t.first_day, p.period_start), coalesce(t.last_day, least(p.period_end, $today)),
    t.running_net, t.build_cost, paid.paid_back_on, coalesce(t.ever_known, false),
    p.worth, case when p.worth is not null and p.benefit is null then coalesce(covered.covered, 0) end
from picked p left join totals t using (model) left join paid using (model) left join covered using (model)
order by p.model
"""


def all_models(snapshot: Snapshot) -> dict[str, Answer]:
    """What each model earned, by name; models of which no day has been worked out are not among them."""
    return {row[0]: Answer(*row) for row in snapshot.rows(_ANSWERS, {"today": snapshot.day, "model": None})}


def answer(snapshot: Snapshot, *, model: str) -> Answer | None:
    """What the model earned; None when no day of it has been worked out."""
    rows = snapshot.rows(_ANSWERS, {"today": snapshot.day, "model": model})
    return Answer(*rows[0]) if rows else None


def periods(snapshot: Snapshot, *, model: str, grain: Grain) -> pd.DataFrame:
    """Its days, weeks or months, the oldest first, with all money of the table `value`."""
    return snapshot.query(
        """select period_start, period_end, decisions, labelled, worth, baseline_worth, benefit, estimated_benefit,
            run_cost, net
        from value where model = ? and version is null and grain = ? and period_start <= ? order by period_start""",
        [model, grain, snapshot.day],
    )


def counts(snapshot: Snapshot, *, model: str) -> pd.DataFrame:
    """What the decisions of the versions in service came to, by day, `who` and `kind`, the oldest first.

    The columns are day, who, kind, n and the counts of `value_counts`, summed over versions; NaN where a task has none.
    """
    return snapshot.query(
        """select c.day, c.who, c.kind, sum(c.n)::bigint as n, sum(c.tp) as tp, sum(c.fp) as fp, sum(c.fn) as fn,
            sum(c.tn) as tn, sum(c.over_sum) as over_sum, sum(c.under_sum) as under_sum
        from value_counts c join value_serving using (model, version, day)
        where c.model = ? and c.day <= ? group by c.day, c.who, c.kind order by c.day, c.who, c.kind""",
        [model, snapshot.day],
    )


@dataclass(frozen=True)
class Taking:
    """A version that began to decide for the model on a day, in place of another; `before` is None for the first."""

    day: date
    version: int
    before: int | None


def takings(snapshot: Snapshot, *, model: str) -> tuple[Taking, ...]:
    """Which versions were in service, one after another, the oldest first: of each day that with most decisions."""
    rows = snapshot.rows(
        """with lead as (
            select day, version from value_serving where model = ? and day <= ? and "by" <> 'beside'
            qualify row_number() over (partition by day order by decisions desc, version desc) = 1
        )
        select day, version, lag(version) over (order by day) as before from lead
        qualify before is null or before <> version order by day""",
        [model, snapshot.day],
    )
    return tuple(Taking(*row) for row in rows)


@dataclass(frozen=True)
class Runway:
    """Until when a model pays, as in the table of that name; None is unknown, `reason` says why."""

    version: int | None
    weeks: int
    net_per_month: float | None
    net_slope: float | None
    net_slope_low: float | None
    net_slope_high: float | None
    ends_on: date | None
    ends_early: date | None
    ends_late: date | None
    metric: str | None
    metric_now: float | None
    break_even: float | None
    break_even_low: float | None
    break_even_high: float | None
    reason: str | None


def runway(snapshot: Snapshot, *, model: str) -> Runway | None:
    """Until when it pays; None when nothing was worked out."""
    rows = snapshot.rows(
        """select version, coalesce(weeks, 0), net_per_month, net_slope, net_slope_low, net_slope_high, ends_on,
            ends_early, ends_late, metric, metric_now, break_even, break_even_low, break_even_high, reason
        from runway where model = ?""",
        [model],
    )
    return Runway(*rows[0]) if rows else None


def runway_weeks(snapshot: Snapshot, *, model: str, version: int) -> pd.DataFrame:
    """The weeks through which the line of the runway is drawn, the oldest first: those of the version in service.

    The columns are period_start, period_end (the version's last day in its last week), benefit of the decisions with an
    outcome, `n` of them, and decisions_per_month: those of the model in its last thirty days, the same in each row.
    """
    return snapshot.query(
        """with counted as (
            select date_trunc('week', day)::date as week, sum(n) as n from value_counts
            where model = $model and version = $version and who = 'model' and kind = 'realized' group by 1
        ),
        served as (select max(day) as last from value_serving where model = $model and day <= $today),
        lately as (
            select sum(decisions)::double as decisions from value_serving, served
            where model = $model and day > last - $days and day <= last
        )
        select v.period_start, least(v.period_end, served.last) as period_end, v.benefit, c.n::bigint as n,
            lately.decisions as decisions_per_month
        from value v join counted c on c.week = v.period_start, served, lately
        where v.model = $model and v.version = $version and v.grain = 'week' and v.period_start <= $today
            and v.benefit is not null and c.n >= $least
        order by v.period_start""",
        {
            "model": model, "version": version, "today": snapshot.day, "days": SLOPE_DAYS,
            "least": MIN_LABELLED,
        },
    )  # fmt: skip


def rates(snapshot: Snapshot) -> dict[str, tuple[float, float]]:
    """What each model earns now in thirty days by the trend of its weeks, and the change of that, where it is known."""
    rows = snapshot.rows(
        "select model, net_per_month, coalesce(net_slope, 0) from runway where net_per_month is not null"
    )
    return {model: (now, slope) for model, now, slope in rows}


def metric_by_week(snapshot: Snapshot, *, model: str, metric: str) -> pd.DataFrame:
    """The metric by week from outcomes: period_start, period_end, value, n_labelled, and the version in service.

    The oldest first; a week in which several versions were in service has the one with most decisions.
    """
    return snapshot.query(
        """with served as (
            select date_trunc('week', day)::date as week, version, sum(decisions) as n
            from value_serving where model = $model and "by" <> 'beside' and day <= $today group by 1, 2
        ),
        lead as (
            select week, version from served
            qualify row_number() over (partition by week order by n desc, version desc) = 1
        )
        select p.period_start, p.period_end, p.value, p.n_labelled, p.version
        from performance p join lead on lead.week = p.period_start and lead.version = p.version
        where p.model = $model and p.grain = 'week' and p.kind = 'realized' and p.metric = $metric
            and p.value is not null and p.status <> 'no data'
        order by p.period_start""",
        {"model": model, "today": snapshot.day, "metric": metric},
    )
