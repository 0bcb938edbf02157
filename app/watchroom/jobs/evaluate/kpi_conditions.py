"""Which KPIs are beyond their limit now, for the alerts: by their last finished week, else by their last day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby

from watchroom.domain.alerts import Condition
from watchroom.domain.kpi import Judged, trouble_of
from watchroom.domain.periods import span_of
from watchroom.jobs.evaluate.light import PERFORMANCE_DAYS
from watchroom.store.draft import Draft
from watchroom.workspace.model_file import ModelSpec

CRITICAL_PERIODS = 2
"""Weeks in a row beyond the limit from which on it is critical: one may be chance, or a holiday."""

_FINISHED = """
    with finished as (
        select k.*, h.version as serving, h.period_end as last_day
        from value.kpi_values k join health.health h using (model)
        where k.version is null and k.grain in ('day', 'week') and k.period_end < $today and k."limit" is not null
    )
    select model, kpi, serving, grain, "limit", last_day, period_start, value, status, n, decisions from finished f
    where grain = 'week'
        or not exists (select 1 from finished w where w.model = f.model and w.kpi = f.kpi and w.grain = 'week')
    order by model, kpi, period_start
"""
"""The finished weeks of each KPI with a limit, or its finished days where no week is over yet."""


def kpi_conditions(draft: Draft, specs: Mapping[str, ModelSpec], today: date) -> Iterator[Condition]:
    """One for each KPI that is beyond its limit; `today` is the UTC day of the refresh.

    It speaks of now when its last period that says something ended at most `PERFORMANCE_DAYS` before the last decision.
    It is the model's, whichever versions were in service; the alert bears the one that is now.
    """
    rows = draft.connection.execute(_FINISHED, {"today": today}).fetchall()
    for (model, kpi, version, grain, limit, last_day), group in groupby(rows, key=lambda row: row[:6]):
        found = trouble_of(Judged(*row[6:]) for row in group)
        if model not in specs or found is None:
            continue
        end = span_of(grain, found.last.start)[1]
        if (last_day - end).days > PERFORMANCE_DAYS:
            continue
        yield Condition(
            model=model,
            version=version,
            signal="kpi",
            feature=kpi,
            severity="critical" if found.periods >= CRITICAL_PERIODS else "warning",
            since=found.since,
            value=found.last.value,
            limit=limit,
            method=None,
            period_start=found.last.start,
            period_end=end,
            n=found.last.n,
        )
