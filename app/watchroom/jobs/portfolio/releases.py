"""The releases of every model of a draft: from the registry as seen, its logs, its alerts and its judged days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from watchroom.domain.performance import MATURE_SHARE
from watchroom.domain.releases import Born, Known, Release, Trouble, Watching, releases, services
from watchroom.domain.tenure import history
from watchroom.domain.witness import Day, lead
from watchroom.store.draft import Draft
from watchroom.store.registry_history import champion, events
from watchroom.workspace.load import Workspace


def releases_of(draft: Draft, workspace: Workspace) -> Mapping[str, tuple[Release, ...]]:
    """The releases of each model that was ever in service, in the order of time."""
    now = draft.made_at.replace(tzinfo=None)
    champions = {model: champion(own, draft) for model, own in events(draft).items()}
    logs, born = logs_of(draft), _born(draft)
    logs_since = min((days[0].day for days in logs.values()), default=None)
    watching = _watching(draft)
    nobody = history([], now)
    found = {}
    for model in sorted({*champions, *logs}):
        leading = lead(logs[model]) if model in logs and names_versions(workspace, model) else ()
        known = Known(born.get(model, {}), watching.get(model, Watching({}, {})), logs_since, now)
        told = releases(services(champions.get(model, nobody), leading, now), known)
        if told:
            found[model] = told
    return found


def release_rows(found: Mapping[str, tuple[Release, ...]]) -> list[tuple[Any, ...]]:
    """The rows of `releases`."""
    return [_row(model, place, one) for model, told in found.items() for place, one in enumerate(told, 1)]


def _row(model: str, place: int, one: Release) -> tuple[Any, ...]:
    service = one.service
    return (
        model,
        place,
        service.version,
        one.previous_version,
        service.at,
        service.not_before,
        one.dated,
        service.until,
        service.by,
        one.born.created_at,
        one.born.started_at,
        one.lead_hours,
        one.is_rollback,
        one.watched,
        one.failed,
        one.failed_because,
        one.failed_at,
        one.restored_at,
        one.restore_hours,
    )


def names_versions(workspace: Workspace, model: str) -> bool:
    """As in its file; a model without one is taken to."""
    return (spec := workspace.models.get(model)) is None or spec.names_versions


_LOGS = """
    with days as (
        select model, day, list(version order by version) as versions, list(decisions order by version) as decisions
        from profile.volume where decisions > 0 and day <= $today group by model, day
    ), marked as (
        select *, versions is distinct from lag(versions) over of_model as begins,
            versions is distinct from lead(versions) over of_model as ends
        from days window of_model as (partition by model order by day)
    )
    select model, day, unnest(versions), unnest(decisions) from marked where begins or ends order by model, day
"""
"""The first and the last day of each stretch of days on which the same versions decided: who led follows from these."""


def logs_of(draft: Draft) -> dict[str, list[Day]]:
    """Who made how many decisions on the days on which that changed, by model."""
    found: defaultdict[str, list[Day]] = defaultdict(list)
    for model, day, version, decisions in draft.connection.execute(_LOGS, {"today": draft.made_at.date()}).fetchall():
        found[model].append(Day(day, version, decisions))
    return dict(found)


def _born(draft: Draft) -> dict[str, dict[int, Born]]:
    rows = draft.connection.execute(
        "select v.name, v.version, v.created_at, r.start_time from mlflow.model_versions v "
        "left join mlflow.runs r using (run_id)"
    ).fetchall()
    found: defaultdict[str, dict[int, Born]] = defaultdict(dict)
    for model, version, created_at, started_at in rows:
        found[model][version] = Born(created_at, started_at)
    return found


_JUDGED = f"""
    select model, version, 'drift ' || feature as signal, period_end as day, status from health.drift
    where grain = 'last_7_days' and status <> 'no data'
    union all
    select model, version, 'quality ' || feature, period_end, status from health.quality
    where grain = 'last_7_days' and status <> 'no data'
    union all
    select model, version, 'performance ' || metric, period_end, status from health.performance
    where grain = 'last_7_days' and status <> 'no data' and kind = 'realized' and n_labelled >= {MATURE_SHARE} * n
        and (watch is not null or failing is not null)
"""
"""The days on which a version was judged, by the seven days up to each: what alerts are made from."""

_BEFORE_WATCHED = f"""
    with judged as ({_JUDGED}), bad as (
        select distinct model, version, signal from judged
        where status in ('drifted', 'failing') and day < $watched_from
    ), runs as (
        select judged.*, count(*) filter (status = 'stable') over (
            partition by model, version, signal order by day
        ) as calm from judged semi join bad using (model, version, signal)
    ), grouped as (
        select model, version, signal, calm, min(day) as first_day,
            min(day) filter (status in ('drifted', 'failing')) as since
        from runs group by model, version, signal, calm
    )
    select model, version, since, lead(first_day) over (partition by model, version, signal order by calm) as ended
    from grouped qualify since < $watched_from
"""
"""What would have been critical alerts before the first refresh, which nobody was there to raise.

One lasts from its first day beyond the critical limit to the next stable day, as an alert does.
"""

_ALERTS = (
    "select model, version, since, ended_at, signal = 'kpi' from health.alerts "
    "where severity = 'critical' and version is not null and signal <> 'approval'"
)
"""A sign-off that is missing says nothing of how a change went."""


_FIRST_DECISIONS = "select model, version, min(day) from profile.volume where decisions > 0 group by model, version"


def _watching(draft: Draft) -> dict[str, Watching]:
    """By model: the critical alerts of each version, and from when to when it was judged."""
    connection = draft.connection
    told = connection.execute("select min(seen_at)::date from room.registry_events").fetchall()
    before = connection.execute(_BEFORE_WATCHED, {"watched_from": told[0][0] or draft.made_at.date()}).fetchall()
    troubles: defaultdict[str, defaultdict[int, list[Trouble]]] = defaultdict(lambda: defaultdict(list))
    for model, version, since, ended, of_model in _distinct(before, connection.execute(_ALERTS).fetchall()):
        troubles[model][version].append(Trouble(_time(since), None if ended is None else _time(ended), of_model))
    spans: defaultdict[str, dict[int, tuple[date, date]]] = defaultdict(dict)
    judged = connection.execute(f"select model, version, min(day), max(day) from ({_JUDGED}) group by all").fetchall()
    for model, version, first, last in judged:
        spans[model][version] = (first, last)
    decided: defaultdict[str, dict[int, date]] = defaultdict(dict)
    for model, version, first in connection.execute(_FIRST_DECISIONS).fetchall():
        decided[model][version] = first
    return {
        model: Watching(troubles.get(model, {}), spans.get(model, {}), decided.get(model, {}))
        for model in {*troubles, *spans}
    }


def _distinct(before: Iterable[tuple[Any, ...]], alerts: list[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Both, without the days before the first refresh that an alert of the version has taken over."""
    raised = {(model, version, since) for model, version, since, *_ in alerts}
    yield from alerts
    yield from ((*one, False) for one in before if one[:3] not in raised)


def _time(moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min)
