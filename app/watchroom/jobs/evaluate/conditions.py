"""What is beyond its limits now, for the alerts: the newest judged window of every signal of the version in service."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from watchroom.domain.alerts import Condition
from watchroom.domain.lights import severity
from watchroom.jobs.evaluate.light import PERFORMANCE_DAYS
from watchroom.store.draft import Draft
from watchroom.workspace.model_file import ModelSpec

STILL_NOW = 7
"""Days by which the newest judged window of drift or quality may lie before the last decision and still hold."""


def conditions(draft: Draft, specs: Mapping[str, ModelSpec]) -> list[Condition]:
    """One for each signal that is beyond its limit; `since` is the first day of the run of windows that are.

    Windows without a status neither begin nor end a run.
    """
    found = [
        *_series(draft, "drift", "feature", "value", _DRIFT_LIMIT, "method", STILL_NOW),
        *_series(draft, "quality", "feature", "share", "NULL", "NULL", STILL_NOW),
        *_series(draft, "performance", "metric", "value", _LIMIT, "metric", PERFORMANCE_DAYS),
    ]
    known = [_condition(row, specs[row["model"]]) for row in found if row["model"] in specs]
    return [*known, *_volume(draft, specs)]


_LIMIT = "case when status = 'watch' then watch else failing end"
_DRIFT_LIMIT = "case when status = 'watch' then watch else drifted end"


def _series(draft: Draft, table: str, of: str, value: str, limit: str, method: str, days: int) -> list[dict[str, Any]]:
    realized = "and kind = 'realized'" if table == "performance" else ""
    cursor = draft.connection.execute(
        f"""
        with judged as (
            select t.*, h.period_end as last_day
            from health.{table} t join health.health h using (model, version)
            where t.grain = 'last_7_days' and t.status <> 'no data' and t.period_end <= h.period_end {realized}
        ), settled as (
            select model, {of}, max(period_end) filter (status = 'stable') as stable_until from judged group by all
        )
        select '{table}' as signal, model, version, {of} as feature, min(period_end) as since,
            max(period_end) as period_end, arg_max(period_start, period_end) as period_start,
            arg_max(status, period_end) as status, arg_max({value}, period_end) as value,
            arg_max({limit}, period_end) as "limit", arg_max({method}, period_end) as method,
            arg_max(n, period_end) as n
        from judged join settled using (model, {of})
        where period_end > coalesce(stable_until, '-infinity'::date)
        group by model, version, {of}
        having max(period_end) >= max(last_day) - ?
        order by all
        """,
        [days],
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _condition(row: dict[str, Any], spec: ModelSpec) -> Condition:
    limit, quality = row["limit"], spec.monitor.quality
    if row["signal"] == "quality":
        limit = quality.watch if row["status"] == "watch" else quality.failing
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


def _finite(value: float | None) -> float | None:
    """What the ledger can keep: an infinite distance is beyond any limit, and no number."""
    return value if value is not None and math.isfinite(value) else None


def _volume(draft: Draft, specs: Mapping[str, ModelSpec]) -> list[Condition]:
    rows = draft.connection.execute(
        "select model, version, volume, period_start, period_end, n from health.health where volume in "
        "('watch', 'failing') order by model"
    ).fetchall()
    return [
        Condition(
            model=model,
            version=version,
            signal="volume",
            feature="",
            severity=severity(light),
            since=last,
            value=n / max((last - first).days + 1, 1),
            limit=float(limits.min_per_day or 0),
            method=None,
            period_start=first,
            period_end=last,
            n=n,
        )
        for model, version, light, first, last, n in rows
        if model in specs and (limits := specs[model].monitor.volume)
    ]
