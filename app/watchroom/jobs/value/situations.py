"""What the advice on each model rests on, read from the draft: for most of it one question for all models together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from watchroom.domain.actions_situation import Cutoff, Kpi, Month, Runway, Situation
from watchroom.domain.performance import MATURE_SHARE
from watchroom.domain.periods import MONTH_DAYS
from watchroom.domain.vocabulary import METRICS
from watchroom.domain.worth import terms_of
from watchroom.jobs.value.rivals import rivals
from watchroom.store.preview import Preview
from watchroom.store.queries import versions as version_queries
from watchroom.store.queries.versions import Duel
from watchroom.workspace.load import Workspace
from watchroom.workspace.model_file import ModelSpec

OLD_DAYS = 120
"""Decisions between this and `MONTH_DAYS` before the last one should have their outcomes by now."""

Rows = dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class _Known:
    """What the draft has, by model."""

    health: Rows
    decay: Rows
    silent: Rows
    trend: Rows
    counts: Rows
    cutoffs: Rows
    runway: Rows
    failing: Rows
    months: dict[str, list[Month]]
    kpis: dict[str, list[Kpi]]
    duels: dict[str, Duel]
    tiers: Rows
    currency: str


def situations(reader: Preview, workspace: Workspace) -> Iterator[Situation]:
    """Every model that has a file without a mistake, by name."""
    known = _known(reader)
    for model in sorted(workspace.models):
        yield _situation(reader, known, workspace.models[model])


def _situation(reader: Preview, known: _Known, spec: ModelSpec) -> Situation:
    model = spec.model
    version, *lights = known.health.get(model, (None, *["no data"] * 5, None))
    (drift, quality, performance, volume, light, reason) = lights
    decay, reasons = known.decay.get(model, ("", None))
    decisions, labelled, old, old_labelled = known.counts.get(model, (0, 0, 0, 0))
    others = rivals(reader, spec, version, known.duels.get(model))
    return Situation(
        model=model,
        today=reader.day,
        version=version,
        task=spec.task,
        tier=(known.tiers.get(model) or (None,))[0],
        currency=known.currency,
        silent_days=(known.silent.get(model) or (None,))[0],
        improves=_improves(known.trend.get(model)),
        light=light,
        light_reason=reason or "",
        drift=drift,
        quality=quality,
        performance=performance,
        volume=volume,
        since=others.since,
        failing_since=(known.failing.get(model) or (None,))[0],
        decay=decay,
        decay_reasons=tuple(reasons or ()),
        decisions=decisions,
        labelled=labelled,
        old_decisions=old,
        old_labelled=old_labelled,
        challenger=others.challenger,
        back=others.back,
        cutoff=_cutoff(known.cutoffs.get(model)),
        priced=spec.value is not None and terms_of(spec.value.model_dump()) is not None,
        months=tuple(known.months.get(model, ())),
        runway=Runway(*known.runway[model]) if model in known.runway else None,
        kpis=tuple(known.kpis.get(model, ())),
    )


def _known(reader: Preview) -> _Known:
    currency = reader.rows("select value from workspace where key = 'currency'")
    return _Known(
        health=_by_model(
            reader.rows("select model, version, drift, quality, performance, volume, light, reason from health")
        ),
        decay=_by_model(
            reader.rows("select d.model, d.advice, d.reasons from decay d join health h using (model, version)")
        ),
        silent=_by_model(reader.rows("select model, silent_days from health")),
        trend=_by_model(
            reader.rows(
                "select d.model, d.metric, d.slope_low, d.slope_high from decay d join health h using (model, version)"
            )
        ),
        counts=_by_model(_counts(reader)),
        cutoffs=_by_model(
            reader.rows(
                """select c.model, c.n, c.in_use, c.best, c.gain_per_month, c.gain_low, c.gain_high,
                    (c.period_end - c.period_start) + 1, c.alerts_per_day, c.best_alerts_per_day
                from cutoffs c join health h using (model, version) where c.best is not null"""
            )
        ),
        runway=_by_model(
            reader.rows(
                """select model, ends_on, ends_early, ends_late, net_per_month, net_slope from runway
                where net_per_month is not null"""
            )
        ),
        failing=_by_model(
            reader.rows(
                """select a.model, min(a.since) from alerts a join health h using (model, version)
                where a.signal = 'performance' and a.severity = 'critical' and a.ended_at is null group by a.model"""
            )
        ),
        months=_months(reader),
        kpis=_kpis(reader),
        duels=version_queries.duels(reader),
        tiers=_by_model(reader.rows("select model, tier from models")),
        currency=str(currency[0][0] or "") if currency else "",
    )


def _by_model(rows: Iterable[tuple[Any, ...]]) -> Rows:
    return {row[0]: tuple(row[1:]) for row in rows}


def _counts(reader: Preview) -> list[tuple[Any, ...]]:
    """Of the version in service: decisions and outcomes of the last month, and of the older ones."""
    return reader.rows(
        """with own as (
            select v.* from volume v join health h using (model, version) where v.day <= $today
        ), ends as (select model, max(day) as last from own where decisions > 0 group by model)
        select model,
            coalesce(sum(decisions) filter (day > last - $month), 0)::bigint,
            coalesce(sum(labelled) filter (day > last - $month), 0)::bigint,
            coalesce(sum(decisions) filter (day > last - $old and day <= last - $month), 0)::bigint,
            coalesce(sum(labelled) filter (day > last - $old and day <= last - $month), 0)::bigint
        from own join ends using (model) group by model""",
        {"today": reader.day, "month": MONTH_DAYS, "old": OLD_DAYS},
    )


def _cutoff(row: tuple[Any, ...] | None) -> Cutoff | None:
    if row is None or row[3] is None:
        return None
    return Cutoff(*row)


def _improves(trend: tuple[Any, ...] | None) -> bool:
    """Whether all of the slope's interval lies on the better side."""
    if trend is None or trend[0] not in METRICS or trend[1] is None or trend[2] is None:
        return False
    metric, low, high = trend
    better = METRICS[metric].better
    return bool(low > 0 if better == "higher" else high < 0 if better == "lower" else False)


def _months(reader: Preview) -> dict[str, list[Month]]:
    """Finished months of which most outcomes are known, or what they lack is estimated: of others the net is no net."""
    rows = reader.rows(
        """with served as (
            select model, date_trunc('month', day)::date as period_start, count(distinct day) as days
            from value_serving where decisions > 0 group by all
        )
        select model, period_start, net, decisions, coalesce(labelled, 0), coalesce(days, 0)
        from value left join served using (model, period_start)
        where version is null and grain = 'month' and period_end < $today and isfinite(net) and decisions > 0
            and (estimated_benefit is not null or (benefit is not null and labelled >= $mature * decisions))
        order by model, period_start""",
        {"today": reader.day, "mature": MATURE_SHARE},
    )
    found: dict[str, list[Month]] = {}
    for model, *row in rows:
        found.setdefault(model, []).append(Month(*row))
    return found


def _kpis(reader: Preview) -> dict[str, list[Kpi]]:
    """The register, each KPI with its newest finished month."""
    rows = reader.rows(
        """with newest as (
            select model, kpi, status, value, n from kpi_values
            where version is null and grain = 'month' and period_end < $today
            qualify row_number() over (partition by model, kpi order by period_start desc) = 1
        )
        select k.model, k.kpi, k.target, k.missing, coalesce(v.status, 'no data'), v.value, k."limit",
            coalesce(k.unit, ''), coalesce(v.n, 0)
        from kpis k left join newest v using (model, kpi) order by k.model, k.position""",
        {"today": reader.day},
    )
    found: dict[str, list[Kpi]] = {}
    for model, name, target, missing, *rest in rows:
        found.setdefault(model, []).append(Kpi(name, target, tuple(missing or ()), *rest))
    return found
