"""Readers of the printed pages: a model's file and owners, what happened, as of the refresh.

What a report says of KPIs, money, next actions, proposals, lights and alerts it asks the readers of the pages that
show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from watchroom.store.snapshot import Snapshot


@dataclass(frozen=True)
class Happened:
    """Something that happened in the world; `models` is empty where it concerns all of them. Texts are people's."""

    title: str
    first_day: date
    last_day: date
    models: tuple[str, ...]
    text: str
    actor: str


_HAPPENED = """
select coalesce(title, ''), first_day, coalesce(last_day, first_day), models, coalesce(text, ''), coalesce(actor, '')
from events
where first_day <= $last and coalesce(last_day, first_day) >= $first
    and ($model is null or coalesce(len(models), 0) = 0 or list_contains(models, $model))
order by first_day, seq
"""


def happened(snapshot: Snapshot, *, model: str | None = None, first: date, last: date) -> tuple[Happened, ...]:
    """What happened in the days, concerning a model or any, the earliest first."""
    rows = snapshot.rows(_HAPPENED, {"model": model, "first": first, "last": last})
    return tuple(
        Happened(title, begins, ends, tuple(models or ()), text, actor)
        for title, begins, ends, models, text, actor in rows
    )


@dataclass(frozen=True)
class About:
    """What a report needs of a model's file and of the workspace; None is unknown, `spec` the file as JSON."""

    model: str
    title: str
    purpose: str | None
    tier: str | None
    spec: str | None
    owners: tuple[tuple[str, str], ...]


def about(snapshot: Snapshot, *, model: str) -> About | None:
    """What is known of a model; None for one that the snapshot does not know."""
    rows = snapshot.rows(
        "select model, coalesce(title, model), purpose, tier, spec from models where model = ?", [model]
    )
    if not rows:
        return None
    owners = snapshot.rows("select role, person from owners where model = ? and person <> '' order by role", [model])
    return About(*(*rows[0], tuple(owners)))


@dataclass(frozen=True)
class Met:
    """How a model's KPIs stood in their newest period within some days: how many were on target, of how many judged."""

    met: int
    judged: int
    beyond: int


_MET = """
with newest as (
    select model, kpi, status from kpi_values
    where version is null and grain = $grain and period_start >= $first and period_end <= $last
    qualify row_number() over (partition by model, kpi order by period_start desc) = 1
)
select model, count(*) filter (where status = 'on target'),
    count(*) filter (where status in ('on target', 'off target', 'beyond limit')),
    count(*) filter (where status = 'beyond limit')
from newest join kpis using (model, kpi) group by model
"""


def targets_met(snapshot: Snapshot, *, grain: str, first: date, last: date) -> dict[str, Met]:
    """By model, how its KPIs stood; models without any that could be judged are left out."""
    rows = snapshot.rows(_MET, {"grain": grain, "first": first, "last": last})
    return {model: Met(met, judged, beyond) for model, met, judged, beyond in rows if judged}


_EARNED = """
select model, period_start, period_end, coalesce(decisions, 0)::bigint as decisions,
    coalesce(labelled, 0)::bigint as labelled, benefit, estimated_benefit, run_cost, net
from value where version is null and grain = $grain and period_start <= $day and period_end <= $last
order by period_start, model
"""


def earned(snapshot: Snapshot, *, grain: str, last: date) -> pd.DataFrame:
    """What each model earned by month or week up to a day, the oldest first, in the columns of the table `value`."""
    return snapshot.query(_EARNED, {"grain": grain, "day": snapshot.day, "last": last})
