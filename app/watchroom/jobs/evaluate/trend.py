"""What the weeks of a model say together: how its performance decays, and how right its drift rules have been."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from watchroom.domain.alert_rules import score_rule
from watchroom.domain.decay import advice, decay
from watchroom.domain.lights import BEYOND
from watchroom.domain.vocabulary import USUAL_METRIC
from watchroom.jobs.evaluate.light import PERFORMANCE_DAYS
from watchroom.store.draft import Draft
from watchroom.workspace.model_file import ModelSpec


def judged_metric(spec: ModelSpec) -> str | None:
    """The metric that the model is judged by: its file's, else the usual one of its task; None without a task."""
    if spec.monitor.performance and spec.monitor.performance.metric:
        return spec.monitor.performance.metric
    return USUAL_METRIC[spec.task] if spec.task else None


def fill_decay(draft: Draft, spec: ModelSpec, today: date) -> None:
    """A row of `decay` for each version with decisions."""
    metric = judged_metric(spec)
    if metric is None:
        return
    made = dict(
        draft.connection.execute(
            "select version, created_at from mlflow.model_versions where name = ?", [spec.model]
        ).fetchall()
    )
    for version, first, last in draft.connection.execute(
        "select version, min(day), max(day) from profile.volume where model = ? and day <= ? "
        "group by version order by version",
        [spec.model, today],
    ).fetchall():
        draft.insert("decay", [_decay_row(draft, spec, version, metric, made.get(version), (first, last), today)])


def age_is_known(made: datetime | None, first: date) -> bool:
    """Whether a version's age is that of its registration: not when it had decided before, as one registered again."""
    return made is not None and made.date() <= first


def _decay_row(
    draft: Draft,
    spec: ModelSpec,
    version: int,
    metric: str,
    made: datetime | None,
    decided: tuple[date, date],
    today: date,
) -> tuple[Any, ...]:
    first, last = decided
    weeks = draft.connection.execute(
        """
        select period_end, value, n_labelled from health.performance
        where model = ? and version = ? and metric = ? and kind = 'realized' and grain = 'week'
            and status <> 'no data' and period_start <= ?
        order by period_end
        """,
        [spec.model, version, metric, today],
    ).fetchall()
    status, limit = _newest(draft, spec.model, version, metric, last)
    ends, values, labelled = zip(*weeks, strict=True) if weeks else ((), (), ())
    found = decay(metric, ends, np.array(values), np.array(labelled), limit)
    age = (today - made.date()).days if made else None
    said = advice(found, status, last_decision=last, age_days=age if age_is_known(made, first) else None)
    return (
        spec.model,
        version,
        metric,
        made,
        age,
        found.weeks,
        found.slope,
        found.slope_low,
        found.slope_high,
        limit,
        found.crosses_on,
        found.crosses_early,
        found.crosses_late,
        said.advice,
        list(said.reasons),
    )


def _newest(draft: Draft, model: str, version: int, metric: str, last: date) -> tuple[str, float | None]:
    """The status of the newest judged seven days, and the failing limit."""
    rows = draft.connection.execute(
        """
        select coalesce(
            arg_max(status, period_end) filter (status <> 'no data' and period_end between ? and ?), 'no data'
        ), any_value(failing)
        from health.performance
        where model = ? and version = ? and metric = ? and kind = 'realized' and grain = 'last_7_days'
        """,
        [last - timedelta(PERFORMANCE_DAYS), last, model, version, metric],
    ).fetchall()
    return rows[0][0], rows[0][1]


def fill_alert_scores(draft: Draft, spec: ModelSpec) -> None:
    """A row of `alert_scores` for each drift rule: its weeks against the performance that outcomes showed in them.

    Weeks in which performance has no limit, or cannot be judged, tell nothing of a rule.
    """
    performance = spec.monitor.performance
    if performance is None or performance.metric is None:
        return
    found = draft.connection.execute(
        """
        select d.version, d.feature, d.method, any_value(d.watch), list(d.value order by d.period_start),
            list(d.noise order by d.period_start), list(p.status order by d.period_start)
        from health.drift d join health.performance p using (model, version, grain, period_start)
        where d.model = ? and d.grain = 'week' and p.metric = ? and p.kind = 'realized' and p.status <> 'no data'
            and p.watch is not null
        group by d.version, d.feature, d.method order by all
        """,
        [spec.model, performance.metric],
    ).fetchall()
    draft.insert("alert_scores", [_score_row(spec.model, *row) for row in found])


def _score_row(
    model: str,
    version: int,
    feature: str,
    method: str,
    watch: float,
    values: list[float | None],
    noise: list[float | None],
    statuses: list[str],
) -> tuple[Any, ...]:
    fell = [status in BEYOND for status in statuses]
    score = score_rule(np.array(values, np.float64), fell, watch, np.array(noise, np.float64))
    return (
        model,
        version,
        feature,
        method,
        watch,
        score.periods,
        score.fell,
        score.alarms,
        score.right,
        score.precision,
        score.recall,
        score.best_limit,
        score.best_precision,
        score.best_recall,
    )
