"""What is beyond its limits now, for the alerts: the newest judged window of every signal of the version in service."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from watchroom.domain.alerts import Condition
from watchroom.domain.lights import severity
from watchroom.domain.performance import MATURE_SHARE
from watchroom.domain.volume import volume_of
from watchroom.jobs.evaluate.kpi_conditions import kpi_conditions
from watchroom.jobs.evaluate.light import PERFORMANCE_DAYS, decisions_by_day
from watchroom.store.draft import Draft
from watchroom.workspace.model_file import ModelSpec

STILL_NOW = 7
"""Days by which the newest judged window of drift or quality may lie before the last decision and still hold."""


def conditions(draft: Draft, specs: Mapping[str, ModelSpec], today: date) -> list[Condition]:
    """One for each signal that is beyond its limit; `since` is the first day of the run of windows that are.

    Windows without a status neither begin nor end a run. `today` is the UTC day of the refresh.
    """
    found = [
        *_series(draft, "drift", "feature", "value", _DRIFT_LIMIT, "method", STILL_NOW),
        *_series(draft, "quality", "feature", "share", "NULL", "NULL", STILL_NOW),
        *_series(draft, "performance", "metric", "value", _LIMIT, "metric", PERFORMANCE_DAYS),
    ]
    known = [_condition(row, specs[row["model"]]) for row in found if row["model"] in specs]
    return [
        *known,
        *_volumes(draft, specs, today),
        *_explanations(draft, specs),
        *kpi_conditions(draft, specs, today),
    ]


_LIMIT = "case when status = 'watch' then watch else failing end"
_DRIFT_LIMIT = "case when status = 'watch' then watch else drifted end"


def _series(draft: Draft, table: str, of: str, value: str, limit: str, method: str, days: int) -> list[dict[str, Any]]:
    base = "coalesce(reference_share, 0)" if table == "quality" else "0"
    realized, n = ("and kind = 'realized'", "n_labelled") if table == "performance" else ("", "n")
    early = f"coalesce(t.n_labelled < {MATURE_SHARE} * t.n, true)" if table == "performance" else "false"
    cursor = draft.connection.execute(
        f"""
        with judged as (
            select t.*, h.period_end as last_day
            from health.{table} t join health.health h using (model, version)
            where t.grain = 'last_7_days' and t.status <> 'no data' and t.period_end <= h.period_end {realized}
            -- Days with few of their outcomes say something only where no days have more.
            qualify not {early} or not bool_or(not {early} and t.period_end >= h.period_end - $days)
                over (partition by t.model, t.{of})
        ), settled as (
            select model, {of}, max(period_end) filter (status = 'stable') as stable_until from judged group by all
        )
        select '{table}' as signal, model, version, {of} as feature, min(period_end) as since,
            max(period_end) as period_end, arg_max(period_start, period_end) as period_start,
            arg_max(status, period_end) as status, arg_max({value}, period_end) as value,
            arg_max({limit}, period_end) as "limit", arg_max({method}, period_end) as method,
            arg_max({n}, period_end) as n, arg_max({base}, period_end) as base
        from judged join settled using (model, {of})
        where period_end > coalesce(stable_until, '-infinity'::date)
        group by model, version, {of}
        having max(period_end) >= max(last_day) - $days
        order by all
        """,
        {"days": days},
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _condition(row: dict[str, Any], spec: ModelSpec) -> Condition:
    limit, quality = row["limit"], spec.monitor.quality
    if row["signal"] == "quality":
        limit = row["base"] + (quality.watch if row["status"] == "watch" else quality.failing)
    return Condition(
        model=row["model"],
        version=row["version"],
        signal=row["signal"],
        feature=row["feature"],
        severity=severity(row["status"]),
        since=row["since"],
        value=_finite(row["value"]),
        limit=limit,
        method=row["method"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        n=row["n"],
    )


_EXPLAINED = """
    with judged as (
        select c.*, h.period_end as last_day
        from explain.explanation_change c join health.health h using (model, version)
        where c.against = 'reference' and c.status <> 'no data' and c.period_start <= h.period_end
    ), settled as (
        select model, max(period_start) filter (status = 'stable') as stable_until from judged group by model
    )
    select model, version, min(period_start) as since, max(period_start) as first, arg_max(value, period_start),
        any_value("limit"), least(max(period_end), any_value(last_day)), arg_max(n, period_start)
    from judged join settled using (model)
    where period_start > coalesce(stable_until, '-infinity'::date)
    group by model, version
    having max(period_start) >= date_trunc('month', any_value(last_day)) - interval 1 month
    order by model
"""
"""The run of months, up to the newest judged one, in which what drives the version in service was not as before.

That one is the month of the last decision or the one before, of which too few may have been explained yet.
"""


def _explanations(draft: Draft, specs: Mapping[str, ModelSpec]) -> Iterator[Condition]:
    for model, version, since, first, value, limit, last, n in draft.connection.execute(_EXPLAINED).fetchall():
        if model in specs:
            # It never stops a model by itself: the same drivers in another order may serve as well.
            yield Condition(
                model=model,
                version=version,
                signal="explanation",
                feature="",
                severity="warning",
                since=since,
                value=_finite(value),
                limit=limit,
                method="ndcg",
                period_start=first,
                period_end=last,
                n=n,
            )


def _finite(value: float | None) -> float | None:
    """What the ledger can keep: an infinite distance is beyond any limit, and no number."""
    return value if value is not None and math.isfinite(value) else None


def _volumes(draft: Draft, specs: Mapping[str, ModelSpec], today: date) -> Iterator[Condition]:
    rows = draft.connection.execute(
        "select model, version, period_start, period_end, n from health.health "
        "where volume in ('watch', 'failing') order by model"
    ).fetchall()
    for model, version, first, last, n in rows:
        limits = specs[model].monitor.volume if model in specs else None
        found = volume_of(decisions_by_day(draft, model, version), limits.min_per_day if limits else None, today)
        if found is None or found.since is None:
            continue
        silent = found.is_silent
        yield Condition(
            model=model,
            version=version,
            signal="volume",
            feature="",
            severity=severity(found.light),
            since=found.since,
            value=0.0 if silent else found.per_day,
            limit=found.limit,
            method=None,
            period_start=found.since if silent else first,
            period_end=today if silent else last,
            n=0 if silent else n,
        )
